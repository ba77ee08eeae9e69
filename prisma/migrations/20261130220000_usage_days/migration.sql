-- CreateTable
CREATE TABLE "usage_days" (
    "agent_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "currency" TEXT NOT NULL,
    "replies" BIGINT NOT NULL,
    "input_tokens" BIGINT NOT NULL,
    "output_tokens" BIGINT NOT NULL,
    "total_tokens" BIGINT NOT NULL,
    "cached_input_tokens" BIGINT NOT NULL,
    "cost_micros" BIGINT NOT NULL,

    CONSTRAINT "usage_days_pkey" PRIMARY KEY ("agent_id","user_id","day","currency")
);

-- CreateIndex
CREATE INDEX "usage_days_agent_id_day_idx" ON "usage_days"("agent_id", "day");
CREATE INDEX "usage_days_user_id_idx" ON "usage_days"("user_id");
