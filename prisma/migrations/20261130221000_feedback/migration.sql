-- CreateTable
CREATE TABLE "feedback" (
    "session_id" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "user_id" TEXT NOT NULL,
    "agent_id" TEXT NOT NULL,
    "message_id" UUID NOT NULL,
    "rating" TEXT NOT NULL,
    "reason" TEXT,
    "comment" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "feedback_pkey" PRIMARY KEY ("session_id","seq","user_id")
);

-- CreateIndex
CREATE INDEX "feedback_agent_id_updated_at_session_id_seq_idx" ON "feedback"("agent_id", "updated_at" DESC, "session_id" DESC, "seq" DESC);
CREATE INDEX "feedback_user_id_idx" ON "feedback"("user_id");
