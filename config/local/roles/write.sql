-- The write database: who may do what. As superuser, any number of times:
--   createdb imprint_write && psql imprint_write -f config/local/roles/write.sql
-- then give both roles passwords, or another way to log in. The rights of imprint_desk on tables come after the
-- migration, from `manage.py grant_desk`: on the audit log it may only SELECT and INSERT.

DO $$
DECLARE
  role text;
BEGIN
  FOREACH role IN ARRAY ARRAY['imprint_authoring', 'imprint_desk'] LOOP
    IF to_regrole(role) IS NULL THEN EXECUTE format('CREATE ROLE %I LOGIN', role); END IF;
  END LOOP;

  -- imprint_authoring owns the database and migrates it, imprint_desk writes articles and the outbox.
  EXECUTE format('ALTER DATABASE %I OWNER TO imprint_authoring', current_database());
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO imprint_desk', current_database());
END $$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;

CREATE EXTENSION IF NOT EXISTS btree_gin;
CREATE EXTENSION IF NOT EXISTS hstore;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
