-- Sign-ins that an administrator tries from the command line. Only somebody who has the database and the sealing key
-- can begin one, so their number needs no ring. The command deletes the row at the end of the try.
CREATE TABLE tries (
  id_hash bytea PRIMARY KEY,
  token_hash bytea NOT NULL UNIQUE,
  connector_id text NOT NULL,
  offer_sealed bytea NOT NULL,
  -- Of the secret in the cookie of the browser that began it.
  browser_hash bytea,
  arrival_sealed bytea,
  findings_sealed bytea,
  expires_at timestamptz NOT NULL
);
CREATE INDEX tries_expires_at ON tries (expires_at);
