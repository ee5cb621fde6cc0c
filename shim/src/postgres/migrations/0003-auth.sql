-- Users, roles and permissions (etcd: server/auth), shared by all shims.

-- The commit that changed auth last: who reads what it missed reads auth again if that was later.
ALTER TABLE pg8s.revision ADD COLUMN auth_changed bigint NOT NULL DEFAULT 0;

CREATE TABLE pg8s.auth (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  enabled boolean NOT NULL DEFAULT false,
  -- etcd's auth revision: counts changes.
  revision bigint NOT NULL DEFAULT 1,
  -- Counts how often auth was disabled.
  epoch bigint NOT NULL DEFAULT 0
);
INSERT INTO pg8s.auth DEFAULT VALUES;

-- As in etcd's buckets authUsers and authRoles: by name, messages User and Role of authpb.
CREATE TABLE pg8s.auth_users (
  name bytea PRIMARY KEY,
  record bytea NOT NULL
);
CREATE TABLE pg8s.auth_roles (
  name bytea PRIMARY KEY,
  record bytea NOT NULL
);

-- Simple tokens, so that every shim takes those of the others.
CREATE TABLE pg8s.auth_tokens (
  -- SHA-256 of the token.
  hash bytea PRIMARY KEY,
  user_name bytea NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX auth_tokens_expire ON pg8s.auth_tokens (expires_at);
CREATE INDEX auth_tokens_user ON pg8s.auth_tokens (user_name);
