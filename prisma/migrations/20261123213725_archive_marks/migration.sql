-- CreateTable
CREATE TABLE "archive_marks" (
    "cluster_id" TEXT NOT NULL,
    "group_id" INTEGER NOT NULL,
    "mark" BIGINT NOT NULL,

    CONSTRAINT "archive_marks_pkey" PRIMARY KEY ("cluster_id","group_id")
);
