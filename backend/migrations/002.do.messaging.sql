-- Events that are committed and not yet in Kafka. The relay deletes what it has delivered.
CREATE TABLE outbox (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topics text[] NOT NULL,
  key bytea,
  -- json, not jsonb: a header of a dead letter may hold any byte, and jsonb refuses \u0000.
  headers json NOT NULL,
  value bytea,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- Which events a consumer has taken effect of: an event that comes again has none.
CREATE TABLE inbox (
  consumer text NOT NULL,
  source text NOT NULL,
  event_id text NOT NULL,
  processed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, source, event_id)
);
CREATE INDEX inbox_processed_at ON inbox USING brin (processed_at);

-- Answers to POST requests that carried an Idempotency-Key.
CREATE TABLE idempotency (
  scope text NOT NULL,
  key text NOT NULL,
  fingerprint text NOT NULL,
  location text,
  body text,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_created_at ON idempotency USING brin (created_at);
