-- Gives a restored database the name of the running one, and that one another. Variables: running, restored, aside.

-- Nobody gets in any more, and whoever is in is sent away: a database in use cannot be renamed.
SELECT format('ALTER DATABASE %I ALLOW_CONNECTIONS false', datname) FROM pg_database WHERE datname = :'running' \gexec
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN (:'running', :'restored') \g /dev/null
BEGIN;
SELECT format('ALTER DATABASE %I RENAME TO %I', datname, :'aside') FROM pg_database WHERE datname = :'running' \gexec
ALTER DATABASE :"restored" RENAME TO :"running";
COMMIT;
