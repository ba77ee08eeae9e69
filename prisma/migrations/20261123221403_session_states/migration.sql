-- CreateTable
CREATE TABLE "session_states" (
    "session_id" TEXT NOT NULL,
    "inbox_version" BIGINT NOT NULL,
    "state" BYTEA NOT NULL,

    CONSTRAINT "session_states_pkey" PRIMARY KEY ("session_id")
);
