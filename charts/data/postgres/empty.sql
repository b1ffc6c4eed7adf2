-- An empty database to restore into, closed to everybody but the superuser. Variable: restored.

DROP DATABASE IF EXISTS :"restored" WITH (FORCE);
CREATE DATABASE :"restored" TEMPLATE template0;
REVOKE ALL ON DATABASE :"restored" FROM PUBLIC;
