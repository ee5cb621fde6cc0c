-- The single row that every commit moves, whichever shim makes it.
CREATE TABLE pg8s.revision (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  -- Counts commits of all shims; a commit names the value it has seen.
  commit_index bigint NOT NULL DEFAULT 1,
  -- Newest revision. An empty store is at 1.
  revision bigint NOT NULL DEFAULT 1,
  -- Reads and watches below fail; rows that only they could see are, or will be, deleted.
  compact_revision bigint NOT NULL DEFAULT 0,
  -- Compactions up to here have deleted all their rows.
  swept_revision bigint NOT NULL DEFAULT 0,
  -- Leases revoked at or before this commit may be forgotten.
  lease_floor bigint NOT NULL DEFAULT 0,
  -- Counts the shims that have joined.
  term bigint NOT NULL DEFAULT 0,
  cluster_id bigint NOT NULL
) WITH (fillfactor = 10);
-- Mostly empty pages: each commit makes a new version of the row, and finds room for it beside the old one.

-- Every change of every key since the last compaction, and the newest change of every living key.
CREATE TABLE pg8s.history (
  revision bigint NOT NULL,
  create_revision bigint NOT NULL,
  version bigint NOT NULL,
  lease bigint NOT NULL,
  -- Position within the revision.
  sub integer NOT NULL,
  tombstone boolean NOT NULL,
  key bytea NOT NULL,
  -- NULL in tombstones.
  value bytea,
  PRIMARY KEY (revision, sub)
) WITH (
  autovacuum_vacuum_scale_factor = 0.05,
  autovacuum_vacuum_insert_scale_factor = 0.2,
  autovacuum_vacuum_cost_delay = 1
);
-- Compressing costs more than it saves: values are written once, read rarely, and deleted soon.
ALTER TABLE pg8s.history ALTER COLUMN value SET STORAGE EXTERNAL, ALTER COLUMN key SET STORAGE EXTERNAL;

CREATE TABLE pg8s.leases (
  id bigint PRIMARY KEY,
  ttl_seconds bigint NOT NULL,
  -- On the database's clock. Of a revoked lease: when it ended.
  expires_at timestamptz NOT NULL,
  -- The commit that granted or revoked it. Renewals do not count: nobody needs to hear of them.
  changed bigint NOT NULL,
  revoked boolean NOT NULL DEFAULT false
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX leases_changed ON pg8s.leases (changed);

CREATE TABLE pg8s.members (
  -- One per process, random.
  id bigint PRIMARY KEY,
  name text NOT NULL,
  client_urls text[] NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- The newest commit of this member: tells a lost commit from one whose answer was lost.
  last_commit bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 10);

-- What one shim at a time does for all.
CREATE TABLE pg8s.roles (
  role text PRIMARY KEY,
  holder bigint NOT NULL,
  held_until timestamptz NOT NULL
) WITH (fillfactor = 10);
