-- Once, when the server's data is made. The gateway and its Job own the databases that the Job makes, and no more: the
-- server's own role loses the password that they have, so that it is reached from inside the pod alone.
\getenv role KONG_ROLE
\getenv given POSTGRES_PASSWORD
CREATE ROLE :"role" LOGIN CREATEDB;
SELECT format('ALTER ROLE %I PASSWORD %L', :'role', :'given') \gexec
ALTER ROLE CURRENT_USER PASSWORD NULL;
