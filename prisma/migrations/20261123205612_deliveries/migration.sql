-- CreateTable
CREATE TABLE "deliveries" (
    "agent_id" TEXT NOT NULL,
    "session_id" TEXT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "user_id" TEXT NOT NULL,
    "through_seq" INTEGER,
    "state" TEXT NOT NULL,
    "is_replay" BOOLEAN NOT NULL DEFAULT false,
    "last_attempt" INTEGER NOT NULL,
    "error_code" TEXT,
    "error" TEXT,
    "status" INTEGER,
    "signature" TEXT,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3) NOT NULL,
    "next_attempt_at" TIMESTAMPTZ(3),

    CONSTRAINT "deliveries_pkey" PRIMARY KEY ("agent_id","session_id","epoch")
);

-- CreateTable
CREATE TABLE "delivery_attempts" (
    "agent_id" TEXT NOT NULL,
    "session_id" TEXT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "attempt" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "status" INTEGER,
    "error_code" TEXT,
    "error" TEXT,
    "url" TEXT,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "first_byte_ms" DOUBLE PRECISION,
    "first_token_ms" DOUBLE PRECISION,
    "total_ms" DOUBLE PRECISION NOT NULL,
    "next_attempt_at" TIMESTAMPTZ(3),
    "node_id" TEXT NOT NULL,
    "request" JSONB,
    "response" JSONB,

    CONSTRAINT "delivery_attempts_pkey" PRIMARY KEY ("agent_id","session_id","epoch","attempt")
);

-- CreateIndex
CREATE INDEX "deliveries_agent_id_started_at_session_id_epoch_idx" ON "deliveries"("agent_id", "started_at" DESC, "session_id" DESC, "epoch" DESC);

-- CreateIndex
CREATE INDEX "deliveries_agent_id_state_started_at_idx" ON "deliveries"("agent_id", "state", "started_at" DESC);

-- CreateIndex
CREATE INDEX "delivery_attempts_agent_id_started_at_idx" ON "delivery_attempts"("agent_id", "started_at");
