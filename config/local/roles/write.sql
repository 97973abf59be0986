-- The write database: who may do what. As superuser, any number of times:
--   createdb imprint_write && psql imprint_write -f config/local/roles/write.sql
-- then give imprint_authoring a password, or another way to log in.

DO $$ BEGIN
  IF to_regrole('imprint_authoring') IS NULL THEN CREATE ROLE imprint_authoring LOGIN; END IF;
  -- Owns the database: migrates, and writes articles and the outbox.
  EXECUTE format('ALTER DATABASE %I OWNER TO imprint_authoring', current_database());
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
END $$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;

CREATE EXTENSION IF NOT EXISTS btree_gin;
CREATE EXTENSION IF NOT EXISTS hstore;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
