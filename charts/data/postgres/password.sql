-- Gives $ROLE the password of its file.
\getenv role ROLE
\set new `head -n 1 "$PASSWORDS/$ROLE"`
SELECT format('ALTER ROLE %I PASSWORD %L', :'role', :'new') \gexec
