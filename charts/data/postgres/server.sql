-- Roles and rights that do not belong to one database. Run in the database postgres, again and again.

-- Of two runs at the same moment one waits for the other's session to end: PostgreSQL refuses two changes of one row at once.
SELECT pg_advisory_lock(1) AS alone \gset

SELECT format('CREATE ROLE %I LOGIN', name)
FROM (VALUES ('exporter'), ('pgbouncer'), ('pghero')) AS role (name)
WHERE name NOT IN (SELECT rolname FROM pg_roles) \gexec

REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE postgres TO exporter, pgbouncer;

-- PgBouncer asks what a client must know to be let in. Only applications come through it, and their roles are called as
-- their databases: never the superuser, an owner or PgBouncer itself.
-- https://www.pgbouncer.org/config.html#auth_query
CREATE SCHEMA IF NOT EXISTS pgbouncer;
CREATE OR REPLACE FUNCTION pgbouncer.login(wanted text, OUT usename name, OUT passwd text) RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT rolname, rolpassword
  FROM pg_authid JOIN pg_database ON rolname = datname
  WHERE rolname = wanted AND rolcanlogin AND NOT rolsuper
    AND (rolvaliduntil IS NULL OR rolvaliduntil > now())
$$;
REVOKE ALL ON FUNCTION pgbouncer.login FROM PUBLIC;
GRANT USAGE ON SCHEMA pgbouncer TO pgbouncer;
GRANT EXECUTE ON FUNCTION pgbouncer.login TO pgbouncer;

-- The exporter sees figures, and no row of any table. It is let in from the server's own pod alone, without a password.
\getenv connections EXPORTER_CONNECTIONS
GRANT pg_monitor TO exporter;
ALTER ROLE exporter CONNECTION LIMIT :connections;

-- PgHero sees what runs and how often, and no row of any table.
\getenv connections PGHERO_CONNECTIONS
GRANT pg_monitor TO pghero;
ALTER ROLE pghero CONNECTION LIMIT :connections;
ALTER ROLE pghero SET search_path = pghero, pg_catalog, public;
