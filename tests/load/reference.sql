-- Writes, to standard output, a pgbench script that stores one intake statement by
-- statement: the rows that the service itself stored last, with ids of their own.
-- Run it against a database that holds at least one intake. The rows go into
-- schema "reference", whose tables have the same columns, keys and indexes.
\set QUIET on
\pset tuples_only on
\pset format unaligned
DROP SCHEMA IF EXISTS reference CASCADE;
CREATE SCHEMA reference;

CREATE FUNCTION reference.insert_like(target text, row_values jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT format('INSERT INTO reference.%I (%s) VALUES (%s);', target, string_agg(format('%I', key), ', '),
    string_agg(CASE
      WHEN value ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN 'gen_random_uuid()'
      WHEN value ~ '^\\x[0-9a-f]{64}$' THEN 'sha256(gen_random_uuid()::text::bytea)'
      WHEN value ~ '^[a-z_/:-]+[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
        THEN format('%L || gen_random_uuid()', left(value, -36))
      ELSE format('%L', value) END, ', '))
  FROM jsonb_each_text(row_values)
$$;

SELECT format('CREATE TABLE reference.%I (LIKE public.%I INCLUDING ALL)', name, name)
FROM unnest(ARRAY['request_ids', 'data_keys', 'cases', 'intakes', 'outbox', 'audit_log']) AS name \gexec

SELECT 'BEGIN;';
SELECT reference.insert_like('request_ids', to_jsonb(r)) FROM (SELECT * FROM request_ids LIMIT 1) r;
SELECT reference.insert_like('data_keys', to_jsonb(r)) FROM (SELECT * FROM data_keys LIMIT 2) r;
SELECT reference.insert_like('cases', to_jsonb(r)) FROM (SELECT * FROM cases LIMIT 1) r;
SELECT reference.insert_like('intakes', to_jsonb(r)) FROM (SELECT * FROM intakes LIMIT 1) r;
SELECT reference.insert_like('outbox', to_jsonb(r)) FROM (SELECT * FROM outbox LIMIT 1) r;
SELECT reference.insert_like('audit_log', to_jsonb(r)) FROM (SELECT * FROM audit_log LIMIT 1) r;
SELECT 'COMMIT;';
