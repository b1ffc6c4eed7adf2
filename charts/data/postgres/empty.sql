-- An empty database to restore into, closed to everybody but the superuser. Variables: half, running, the name that it
-- will have.

CREATE DATABASE :"half" TEMPLATE template0;
REVOKE ALL ON DATABASE :"half" FROM PUBLIC;
COMMENT ON DATABASE :"half" IS :'running';
