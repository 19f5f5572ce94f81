-- With which session of the upstream a browser session began (SAML SessionIndex, OIDC `sid`), so that a sign-out there
-- ends it here. Null where the upstream did not say, and in rows of an older version.
ALTER TABLE sessions ADD COLUMN upstream_session text;
CREATE INDEX sessions_upstream_session ON sessions (upstream_session) WHERE upstream_session IS NOT NULL;
