-- Gives $ROLE the password of its file.
-- As in server.sql.
SELECT pg_advisory_lock(1) AS alone \gset
\getenv role ROLE
\set new `head -n 1 "$PASSWORDS/$ROLE"`
SELECT format('ALTER ROLE %I PASSWORD %L', :'role', :'new') \gexec
