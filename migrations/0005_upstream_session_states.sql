-- What ends a session of the upstream when somebody signs out here (an ID token, a SAML SessionIndex). It is of one
-- browser session, which knows its id, and lives no longer than the longest of those may.
CREATE TABLE upstream_sessions (
  id_hash bytea PRIMARY KEY,
  state_sealed bytea NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX upstream_sessions_expires_at ON upstream_sessions (expires_at);
