-- CreateTable
CREATE TABLE "events" (
    "id" BIGSERIAL NOT NULL,
    "group_id" INTEGER NOT NULL,
    "session_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "user_id" TEXT NOT NULL,
    "agent_id" TEXT NOT NULL,
    "seq" INTEGER,
    "epoch" INTEGER,
    "termination" TEXT,
    "error" TEXT,
    "happened_at" TIMESTAMPTZ(3) NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event_marks" (
    "name" TEXT NOT NULL,
    "position" BIGINT NOT NULL,

    CONSTRAINT "event_marks_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "event_subscriptions" (
    "id" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "types" JSONB NOT NULL,
    "description" TEXT,
    "status" TEXT NOT NULL,
    "disabled_reason" TEXT,
    "secret" TEXT NOT NULL,
    "previous_secret" TEXT,
    "previous_until" TIMESTAMPTZ(3),
    "starts_after" BIGINT NOT NULL,
    "inserted_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "event_subscriptions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event_cursors" (
    "subscription_id" TEXT NOT NULL,
    "group_id" INTEGER NOT NULL,
    "position" BIGINT NOT NULL,

    CONSTRAINT "event_cursors_pkey" PRIMARY KEY ("subscription_id","group_id")
);

-- CreateTable
CREATE TABLE "event_dead_letters" (
    "subscription_id" TEXT NOT NULL,
    "event_id" BIGINT NOT NULL,
    "attempts" INTEGER NOT NULL,
    "status" INTEGER,
    "error_code" TEXT NOT NULL,
    "error" TEXT NOT NULL,
    "failed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "event_dead_letters_pkey" PRIMARY KEY ("subscription_id","event_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "events_session_id_type_ordinal_key" ON "events"("session_id", "type", "ordinal");

-- CreateIndex
CREATE INDEX "events_group_id_id_idx" ON "events"("group_id", "id");

-- Appends events, each once. Ids are given under a lock that is held until the commit: a reader of an id has seen all below it.
-- What happened to a session is derived from its row as it is now, so this comes before the row is written.
CREATE FUNCTION "fleetlm_append_events"(candidates JSONB) RETURNS BIGINT LANGUAGE plpgsql AS $$
DECLARE
  appended BIGINT;
BEGIN
  PERFORM pg_advisory_xact_lock(7225530418);
  INSERT INTO events (group_id, session_id, type, ordinal, user_id, agent_id, seq, epoch, termination, error, happened_at)
  SELECT r.group_id, r.session_id, r.type, r.ordinal, r.user_id, r.agent_id, r.seq, r.epoch, r.termination, r.error, r.happened_at
  FROM jsonb_to_recordset(candidates) AS r(place int, group_id int, session_id text, type text, ordinal int, user_id text,
       agent_id text, seq int, epoch int, termination text, error text, happened_at timestamptz)
  LEFT JOIN sessions s ON r.type LIKE 'session.%' AND s.id = r.session_id
  WHERE CASE r.type
    WHEN 'session.created' THEN s.id IS NULL
    WHEN 'session.archived' THEN s.id IS NULL OR (s.version < r.ordinal AND s.status <> 'archived')
    WHEN 'session.erased' THEN s.id IS NULL OR (s.version < r.ordinal AND s.status <> 'erased')
    ELSE true
  END
  ORDER BY r.place
  ON CONFLICT (session_id, type, ordinal) DO NOTHING;
  GET DIAGNOSTICS appended = ROW_COUNT;
  RETURN appended;
END
$$;
