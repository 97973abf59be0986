-- The read database: who may do what. As superuser, any number of times:
--   createdb imprint_read && psql imprint_read -f config/local/roles/read.sql
-- then give the three roles passwords, or another way to log in. Their rights on tables come after the
-- migration, from `manage.py grant_roles`.

DO $$
DECLARE
  role text;
  routine regprocedure;
BEGIN
  FOREACH role IN ARRAY ARRAY['imprint_publishing', 'imprint_projector', 'imprint_site'] LOOP
    IF to_regrole(role) IS NULL THEN EXECUTE format('CREATE ROLE %I LOGIN', role); END IF;
  END LOOP;

  -- imprint_publishing owns the database and migrates it, imprint_projector writes rows, imprint_site reads them.
  EXECUTE format('ALTER DATABASE %I OWNER TO imprint_publishing', current_database());
  -- Among all this are temporary tables, which the site could fill the disk with.
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO imprint_projector, imprint_site', current_database());

  -- Large objects: a role that may only SELECT could store them.
  FOR routine IN
    SELECT oid FROM pg_proc
    WHERE pronamespace = 'pg_catalog'::regnamespace AND (proname LIKE 'lo\_%' OR proname IN ('loread', 'lowrite'))
  LOOP
    EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', routine);
  END LOOP;
END $$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;

-- The first is a reminder only, a session may unset it: what holds is that the role has nothing but SELECT.
ALTER ROLE imprint_site SET default_transaction_read_only = on;
ALTER ROLE imprint_site SET statement_timeout = '2s';
ALTER ROLE imprint_site SET idle_in_transaction_session_timeout = '10s';

CREATE EXTENSION IF NOT EXISTS btree_gin;
CREATE EXTENSION IF NOT EXISTS hstore;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
