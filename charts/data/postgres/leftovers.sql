-- Drops what a restore that was stopped has left.
\getenv half HALF

SELECT format('DROP DATABASE %I WITH (FORCE)', datname) FROM pg_database WHERE starts_with(datname, :'half') \gexec
