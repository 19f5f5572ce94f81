-- Everything the broker keeps. Three rules run through all tables:
--
-- * An id that opens something (cookie, code, token, handle) is stored as SHA-256 only: `…_hash bytea`.
-- * What must be read again but never by somebody with a dump is sealed with the operator's key: `…_sealed bytea`.
-- * Payloads are `json`, not `jsonb`: nothing asks into them, and jsonb refuses \u0000 and lone surrogates,
--   which anybody can put into a request parameter.

-- Raises when a conditional write found that another request came first, so that a pipelined
-- BEGIN … COMMIT writes nothing at all. The message is the thing; the code is known to packages/storage.
CREATE FUNCTION lost_race(thing text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', thing USING ERRCODE = 'GH001';
END
$$;

CREATE TABLE sessions (
  id_hash bytea PRIMARY KEY,
  -- The public name of the session. It outlives a change of the cookie, and opens nothing.
  uid text NOT NULL UNIQUE,
  subject text,
  payload json NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX sessions_expires_at ON sessions (expires_at);
CREATE INDEX sessions_subject ON sessions (subject);

-- A ring: a new interaction takes the next slot from whoever had it. Anybody may start one without signing in,
-- so their number must not depend on how many do.
CREATE SEQUENCE interaction_slots;
CREATE TABLE interactions (
  slot integer PRIMARY KEY,
  id_hash bytea NOT NULL UNIQUE,
  document json NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX interactions_expires_at ON interactions (expires_at);

CREATE TABLE grants (
  -- Never leaves the broker and opens nothing.
  id text PRIMARY KEY,
  subject text,
  client_id text,
  payload json NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX grants_expires_at ON grants (expires_at);
CREATE INDEX grants_subject ON grants (subject);

CREATE TABLE authorization_codes (
  id_hash bytea PRIMARY KEY,
  grant_id text,
  subject text,
  client_id text,
  session_uid text,
  payload json NOT NULL,
  expires_at timestamptz NOT NULL,
  consumed_at timestamptz
);
CREATE INDEX authorization_codes_expires_at ON authorization_codes (expires_at);
CREATE INDEX authorization_codes_grant_id ON authorization_codes (grant_id);

CREATE TABLE access_tokens (
  id_hash bytea PRIMARY KEY,
  grant_id text,
  subject text,
  client_id text,
  session_uid text,
  payload json NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX access_tokens_expires_at ON access_tokens (expires_at);
CREATE INDEX access_tokens_grant_id ON access_tokens (grant_id);

-- What a refresh token stands for. The token itself is derived, never stored.
CREATE TABLE offline_sessions (
  id_hash bytea PRIMARY KEY,
  grant_id text NOT NULL,
  subject text NOT NULL,
  client_id text NOT NULL,
  generation integer NOT NULL,
  succeeded_at timestamptz[] NOT NULL,
  newest_presented boolean NOT NULL,
  payload json NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  ended_at timestamptz,
  end_reason text,
  CHECK ((ended_at IS NULL) = (end_reason IS NULL))
);
CREATE INDEX offline_sessions_expires_at ON offline_sessions (expires_at);
CREATE INDEX offline_sessions_grant_id ON offline_sessions (grant_id);
CREATE INDEX offline_sessions_subject ON offline_sessions (subject, client_id);

-- People as their upstream last described them, before our rules.
CREATE TABLE identities (
  subject text PRIMARY KEY,
  connector_id text NOT NULL,
  upstream_id text NOT NULL,
  username text NOT NULL,
  display_name text,
  email text,
  email_verified boolean,
  groups text[] NOT NULL,
  authenticated_at timestamptz,
  authenticated_acr text,
  authenticated_amr text[],
  has_authenticated boolean NOT NULL,
  upstream_session text,
  state_sealed bytea NOT NULL,
  checked_at timestamptz NOT NULL,
  stale_since timestamptz,
  gone_at timestamptz,
  gone_reason text,
  -- Who may ask the upstream about this person: one process at a time.
  check_claimed_until timestamptz,
  created_at timestamptz NOT NULL,
  last_login_at timestamptz NOT NULL,
  CHECK ((email IS NULL) = (email_verified IS NULL)),
  CHECK ((gone_at IS NULL) = (gone_reason IS NULL))
);

-- A ring like interactions. The memo, and which interaction began the login, are sealed.
CREATE SEQUENCE login_slots;
CREATE TABLE logins (
  slot integer PRIMARY KEY,
  token_hash bytea NOT NULL UNIQUE,
  connector_id text NOT NULL,
  memo_sealed bytea NOT NULL,
  expires_at timestamptz NOT NULL,
  finished_at timestamptz
);
CREATE INDEX logins_expires_at ON logins (expires_at);

-- Returns from the upstream, waiting for the browser. A few per slot of the ring; one whose login has lost its
-- slot is never found, because both the slot and the token must match.
CREATE TABLE arrivals (
  handle_hash bytea PRIMARY KEY,
  number bigint GENERATED ALWAYS AS IDENTITY,
  login_slot integer NOT NULL,
  token_hash bytea NOT NULL,
  arrival_sealed bytea NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX arrivals_login_slot ON arrivals (login_slot, number);
CREATE INDEX arrivals_expires_at ON arrivals (expires_at);

CREATE TABLE signing_keys (
  kid text PRIMARY KEY,
  algorithm text NOT NULL,
  private_jwk_sealed bytea NOT NULL,
  created_at timestamptz NOT NULL,
  signs_from timestamptz NOT NULL,
  retired_at timestamptz,
  remove_at timestamptz
);

-- Random keys that the broker made for itself: cookie signatures, refresh tokens.
CREATE TABLE secrets (
  id uuid PRIMARY KEY,
  purpose text NOT NULL,
  value_sealed bytea NOT NULL,
  created_at timestamptz NOT NULL
);

-- The accounts of the built-in `local` connector.
CREATE TABLE local_users (
  id text PRIMARY KEY,
  email text NOT NULL UNIQUE,
  password_hash text NOT NULL,
  name text,
  groups text[] NOT NULL
);

-- Keys are hashed: they hold user names and addresses.
CREATE TABLE rate_limits (
  key_hash bytea PRIMARY KEY,
  tries integer NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX rate_limits_expires_at ON rate_limits (expires_at);

CREATE TABLE replay_guards (
  key_hash bytea PRIMARY KEY,
  expires_at timestamptz NOT NULL
);
CREATE INDEX replay_guards_expires_at ON replay_guards (expires_at);
