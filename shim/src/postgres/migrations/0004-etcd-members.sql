-- What a member says of itself as a peer (etcd: --initial-advertise-peer-urls). Shims do not talk to each other by it.
ALTER TABLE pg8s.members ADD COLUMN peer_urls text[] NOT NULL DEFAULT '{http://localhost:2380}';

-- -1: never compacted. A compaction at 0 is one (etcd: compactMainRev).
ALTER TABLE pg8s.revision ALTER COLUMN compact_revision SET DEFAULT -1;
UPDATE pg8s.revision SET compact_revision = -1 WHERE compact_revision = 0;
