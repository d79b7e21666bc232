-- The role as which a standby asks its server, in the database postgres; it has no right to what clinics wrote but by the copy.
CREATE ROLE standby LOGIN REPLICATION;
GRANT pg_monitor TO standby;
GRANT ALTER SYSTEM ON PARAMETER synchronous_standby_names TO standby;
GRANT EXECUTE ON FUNCTION pg_reload_conf() TO standby;
