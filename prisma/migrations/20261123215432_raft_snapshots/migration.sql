-- CreateTable
CREATE TABLE "raft_clusters" (
    "cluster_id" TEXT NOT NULL,
    "descriptor" JSONB NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "raft_clusters_pkey" PRIMARY KEY ("cluster_id")
);

-- CreateTable
CREATE TABLE "raft_snapshots" (
    "cluster_id" TEXT NOT NULL,
    "group_id" INTEGER NOT NULL,
    "snapshot_index" BIGINT NOT NULL,
    "part" INTEGER NOT NULL,
    "parts" INTEGER NOT NULL,
    "term" BIGINT NOT NULL,
    "data" BYTEA NOT NULL,
    "data_hash" BYTEA NOT NULL,
    "taken_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "raft_snapshots_pkey" PRIMARY KEY ("cluster_id","group_id","snapshot_index","part")
);
