-- Up to here nothing waits in the outbox any more, so the relay begins to look behind it. Rows that are deleted stay in the
-- index as long as a snapshot is open that could see them: a nightly dump made each look pass all of the night's events.
-- A sequence, as it is changed in place; a row would leave a version behind each time.
CREATE SEQUENCE outbox_position AS bigint MINVALUE 0 START 0;
-- The application's role may read sequences and take numbers from them. This one it may set.
CREATE FUNCTION move_outbox_position(seq bigint) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog
AS $$ SELECT setval('public.outbox_position', seq) $$;

-- Events that Kafka refuses for themselves, as for their size. They wait here for a person, and nothing waits for them.
CREATE TABLE outbox_refused (
  seq bigint PRIMARY KEY,
  -- Those that refused it; it may be on another.
  topics text[] NOT NULL,
  key bytea,
  headers json NOT NULL,
  value bytea,
  created_at timestamptz NOT NULL,
  reason text NOT NULL,
  refused_at timestamptz NOT NULL DEFAULT now()
);
