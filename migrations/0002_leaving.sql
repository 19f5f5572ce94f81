-- People who leave, and the brake for when too many seem to at once.

-- Suspended since `gone_since`, ended for good at `gone_until`; `gone_at` is when the upstream last said so.
-- `gone_proof`: 'stated' of this very person, or only 'absent'. Once stated, stated. The three mean something only
-- where there is a `gone_at`: an older version that still runs beside this one clears and sets that one alone.
ALTER TABLE identities
  ADD COLUMN gone_since timestamptz,
  ADD COLUMN gone_until timestamptz,
  ADD COLUMN gone_proof text,
  -- The upstream's last answer at a refresh, by the database's clock: 'here', 'absent' or 'stated'. Of somebody who
  -- is suspended, the answer that did it: that the same person is still gone is no news, and not counted again.
  ADD COLUMN answered_at timestamptz,
  ADD COLUMN answer text;

-- Nobody loses the day because of the update. That the upstream did not find somebody is the more careful reading.
UPDATE identities SET gone_since = gone_at, gone_until = now() + interval '1 day', gone_proof = 'absent'
WHERE gone_at IS NOT NULL;

ALTER TABLE identities
  ADD CHECK (num_nulls(answered_at, answer) IN (0, 2)),
  ADD CHECK (num_nulls(gone_since, gone_until, gone_proof) IN (0, 3));

-- The people asked in the last minutes are counted here: no counter that all replicas would have to write.
CREATE INDEX identities_answered ON identities (connector_id, answered_at);
CREATE INDEX identities_gone_until ON identities (gone_until) WHERE gone_until IS NOT NULL;

-- One row a connector whose brake was ever used. By the database's clock.
CREATE TABLE absence_brakes (
  connector_id text PRIMARY KEY,
  -- Closed by the rate since then; null while it is open.
  closed_at timestamptz,
  -- What an operator said: 'agreed' (absences count) or 'held' (they do not), until when, and who.
  word text,
  word_at timestamptz,
  word_until timestamptz,
  word_by text,
  CHECK (word IN ('agreed', 'held')),
  CHECK (num_nulls(word, word_at, word_until, word_by) IN (0, 4))
);
