-- One database, its two roles and their rights. Variables: database, application, owner.

-- As in server.sql, and again in the other database: locks are each database's own.
SELECT pg_advisory_lock(1) AS alone \gset

SELECT format('CREATE ROLE %I LOGIN', name)
FROM (VALUES (:'application'), (:'owner')) AS role (name)
WHERE name NOT IN (SELECT rolname FROM pg_roles) \gexec
-- PgBouncer counts on the connections that are left.
\getenv connections OWNER_CONNECTIONS
ALTER ROLE :"owner" CONNECTION LIMIT :connections;

-- From template0: nothing that somebody put into template1.
SELECT format('CREATE DATABASE %I TEMPLATE template0', :'database')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
ALTER DATABASE :"database" ALLOW_CONNECTIONS true;
ALTER DATABASE :"database" OWNER TO :"owner";
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE :"database" TO :"application";
GRANT CONNECT ON DATABASE :"database" TO pghero;

\connect :"database"
SELECT pg_advisory_lock(1) AS alone \gset

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO :"application", pghero;
-- What the owner will make: applications read and write rows, and change no table; PgHero knows names.
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" GRANT USAGE ON SCHEMAS TO :"application", pghero;
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"application";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" GRANT USAGE, SELECT ON SEQUENCES TO :"application";

CREATE SCHEMA IF NOT EXISTS pghero;
CREATE EXTENSION IF NOT EXISTS pg_stat_statements SCHEMA pghero;
GRANT USAGE ON SCHEMA pghero TO pghero;
