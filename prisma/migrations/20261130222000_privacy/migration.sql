-- CreateTable
CREATE TABLE "privacy_operations" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "requested_by" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "total" INTEGER NOT NULL,
    "done" INTEGER NOT NULL,
    "detail" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "node_id" TEXT,
    "leased_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "privacy_operations_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "privacy_operations_started_at_idx" ON "privacy_operations"("started_at" DESC);

-- One of a kind at a time for each subject; Prisma's schema has no partial indexes.
CREATE UNIQUE INDEX "privacy_operations_running_key" ON "privacy_operations"("kind", "subject") WHERE "state" = 'running';
