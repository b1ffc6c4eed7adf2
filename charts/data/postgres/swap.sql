-- Gives every restored database the name in its comment, and the one that has that name another: all of them or none, in
-- one statement. Whatever it ends by, nothing is left closed.

SET lock_timeout = '10s';
SET statement_timeout = '60s';
\getenv half HALF
\getenv aside ASIDE
SELECT set_config('restore.half', :'half', false), set_config('restore.aside', :'aside', false) \g /dev/null

DO $$
DECLARE
  one record;
  other text;
BEGIN
  -- Who connects now, to whatever database, waits for the end of this: a database in use cannot be renamed.
  LOCK TABLE pg_database IN ACCESS EXCLUSIVE MODE;
  FOR one IN
    SELECT datname AS half, shobj_description(oid, 'pg_database') AS running
    FROM pg_database WHERE starts_with(datname, current_setting('restore.half'))
  LOOP
    PERFORM pg_stat_clear_snapshot();
    PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname IN (one.half, one.running);
    IF EXISTS (SELECT FROM pg_database WHERE datname = one.running) THEN
      other := left(one.running, 40) || to_char(clock_timestamp() AT TIME ZONE 'UTC', '"_before_"YYYYMMDDHH24MISS');
      EXECUTE format('ALTER DATABASE %I RENAME TO %I', one.running, other);
      EXECUTE format('ALTER DATABASE %I ALLOW_CONNECTIONS false', other);
      EXECUTE format('COMMENT ON DATABASE %I IS %L', other, current_setting('restore.aside'));
    END IF;
    EXECUTE format('ALTER DATABASE %I RENAME TO %I', one.half, one.running);
    EXECUTE format('COMMENT ON DATABASE %I IS NULL', one.running);
  END LOOP;
END $$;
