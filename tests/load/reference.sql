-- Writes, to standard output, a pgbench script that stores one intake statement by
-- statement: the rows of the intake that the service itself stored last, under ids
-- of their own. Run it against a database that holds at least one intake. The rows
-- go into schema "reference", whose tables have the same columns, keys, indexes and
-- foreign keys. Ids rise with time as the service's do, so that indexes grow alike.
\set QUIET on
\pset tuples_only on
\pset format unaligned
DROP SCHEMA IF EXISTS reference CASCADE;
CREATE SCHEMA reference;

SELECT format('CREATE TABLE reference.%I (LIKE public.%I INCLUDING ALL)', name, name)
FROM unnest(ARRAY['request_ids', 'data_keys', 'cases', 'intakes', 'outbox', 'audit_log']) AS name \gexec

SELECT format('ALTER TABLE reference.%I ADD %s', relname,
  replace(pg_get_constraintdef(pg_constraint.oid), 'REFERENCES ', 'REFERENCES reference.'))
FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND relname IN ('cases', 'intakes') \gexec

-- One row for each that the intake brought, in the order of their foreign keys.
CREATE TABLE reference.last_stored (position serial, target text, row_values jsonb);
WITH last AS (SELECT * FROM intakes ORDER BY id DESC LIMIT 1),
  of_case AS (SELECT * FROM cases WHERE id = (SELECT case_id FROM last)),
  stored(target, row_values) AS (
    (SELECT 'request_ids', to_jsonb(r) FROM request_ids r LIMIT 1)
    UNION ALL SELECT 'data_keys', to_jsonb(k) FROM data_keys k
      WHERE id IN (SELECT data_key FROM last UNION SELECT data_key FROM of_case)
    UNION ALL SELECT 'cases', to_jsonb(c) FROM of_case c
    UNION ALL SELECT 'intakes', to_jsonb(i) FROM last i
    UNION ALL (SELECT 'outbox', to_jsonb(o) FROM outbox o ORDER BY id DESC LIMIT 1)
    UNION ALL (SELECT 'audit_log', to_jsonb(a) FROM audit_log a WHERE resources LIKE '%' || (SELECT id FROM last) || '%'))
INSERT INTO reference.last_stored (target, row_values) SELECT * FROM stored;

-- Every id in them, with what stands for it in the script: the time, a random number of the transaction, its place.
CREATE TABLE reference.ids AS
SELECT id, format('(lpad(to_hex((extract(epoch FROM now()) * 1000000)::bigint), 14, ''0'') || lpad(to_hex(:number::bigint), 16, ''0'') || %L)::uuid',
    lpad(to_hex(row_number() OVER ()), 2, '0')) AS expression
FROM (SELECT DISTINCT match[1] AS id
  FROM reference.last_stored, regexp_matches(row_values::text, '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}', 'g') AS match) AS found;

CREATE FUNCTION reference.as_sql(given text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text := quote_nullable(given);
  one record;
BEGIN
  -- A hash is another one every time; one of them is unique.
  IF given ~ '^\\x[0-9a-f]{64}$' THEN
    RETURN format('sha256((%s)::text::bytea)', (SELECT expression FROM reference.ids LIMIT 1));
  END IF;
  FOR one IN SELECT * FROM reference.ids LOOP
    result := replace(result, one.id, format(''' || %s || ''', one.expression));
  END LOOP;
  RETURN result;
END
$$;

SELECT '\set number random(1, 9223372036854775807)';
SELECT 'BEGIN;';
SELECT format('INSERT INTO reference.%I (%s) VALUES (%s);', target,
  string_agg(format('%I', attname), ', ' ORDER BY attnum),
  string_agg(format('(%s)::%s', reference.as_sql(row_values ->> attname), format_type(atttypid, atttypmod)), ', ' ORDER BY attnum))
FROM reference.last_stored
JOIN pg_attribute ON attrelid = ('reference.' || target)::regclass AND attnum > 0
GROUP BY position, target ORDER BY position;
SELECT 'COMMIT;';
