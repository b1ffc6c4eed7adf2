-- Once, when the server's data is made. The gateway and its Job own the databases that the Job makes, and no more: the
-- server's own role loses the password that they have, so that it is reached from inside the pod alone.
\set role `printf %s "$KONG_ROLE"`
\set password `printf %s "$POSTGRES_PASSWORD"`
CREATE ROLE :"role" LOGIN CREATEDB PASSWORD :'password';
ALTER ROLE CURRENT_USER PASSWORD NULL;
