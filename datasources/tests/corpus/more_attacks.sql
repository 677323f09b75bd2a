-- a field of a number is a call
SELECT (60).pg_sleep

-- a field of a text is a call that reads a file
SELECT ('/etc/passwd'::text).pg_read_file

-- a field of a function's alias is a call
SELECT f.current_setting FROM unnest(ARRAY['data_directory']) AS f

-- a field of a series is a call
SELECT s.pg_sleep FROM generate_series(60, 60) s

-- a field of a series without an alias is a call
SELECT generate_series.pg_sleep FROM generate_series(60, 60)

-- an alias of columns leaves the alias itself to be a call
SELECT pg_sleep.pg_sleep FROM generate_series(60, 60) AS pg_sleep(n)

-- json elements are called value, so their alias is a call
SELECT current_setting.current_setting FROM jsonb_array_elements_text('["port"]') AS current_setting

-- a field of a look-up is a cast to regclass
SELECT ('pg_authid'::text).regclass

-- a field of a domain is a cast that runs its check
SELECT (1).dom

-- a field of a column in brackets is a call
SELECT (o.id).pg_sleep FROM sales.orders o

-- a field of a bare column in brackets is a call
SELECT (id).pg_advisory_lock FROM sales.orders

-- a field of a sub-query is a call
SELECT (SELECT 60).pg_sleep

-- a field of an array's element is a call
SELECT (ARRAY[60])[1].pg_sleep

-- a field of a CASE is a call
SELECT (CASE WHEN true THEN 60 END).pg_sleep

-- a field after a field is a call
SELECT ((ROW(60)).f1).pg_sleep

-- a field in a WHERE is a call
SELECT 1 FROM sales.orders o WHERE (o.customer_id).pg_terminate_backend

-- a function of a row by attribute notation with its schema
SELECT sales.customers.leak_row FROM sales.customers

-- a function of a row by attribute notation in ORDER BY
SELECT id FROM sales.customers c ORDER BY c.nap

-- a function of a row in brackets
SELECT (c).leak_row FROM sales.customers c

-- a function of a row of a sub-query
SELECT (x.c).leak_row FROM (SELECT c FROM sales.customers c) x

-- a value in FROM without an alias
SELECT "current_user".current_setting FROM current_user

-- COALESCE in FROM under an alias
SELECT c.pg_sleep FROM coalesce(60, 1) AS c

-- pg_catalog spelled out
SELECT pg_catalog.pg_sleep(60)

-- a comment inside the call
SELECT pg_sleep/**/(60)

-- white space and a quoted schema
SELECT "pg_catalog" . "pg_read_file"('/etc/passwd')

-- a call as a named argument's value
SELECT make_interval(days => pg_backend_pid())

-- a call among the VALUES of a join
SELECT * FROM sales.orders o JOIN (VALUES (pg_sleep(60))) v(x) ON true

-- a call in GROUP BY
SELECT count(*) FROM sales.orders GROUP BY pg_sleep(60)

-- a call in HAVING
SELECT status FROM sales.orders GROUP BY status HAVING pg_sleep(60) IS NULL

-- a call in DISTINCT ON
SELECT DISTINCT ON (pg_sleep(60)) id FROM sales.orders

-- a call in LIMIT
SELECT id FROM sales.orders LIMIT length(pg_sleep(60)::text)

-- a call in OFFSET
SELECT id FROM sales.orders OFFSET length(pg_sleep(60)::text)

-- a call in TABLESAMPLE
SELECT id FROM sales.orders TABLESAMPLE SYSTEM (length(pg_sleep(60)::text))

-- a call in REPEATABLE
SELECT id FROM sales.orders TABLESAMPLE SYSTEM (1) REPEATABLE (length(pg_sleep(60)::text))

-- a call in a window's frame
SELECT sum(id) OVER (ROWS length(pg_sleep(60)::text) PRECEDING) FROM sales.orders

-- a call in a named window
SELECT sum(id) OVER w FROM sales.orders WINDOW w AS (PARTITION BY pg_sleep(60))

-- a call in WITHIN GROUP
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY length(pg_sleep(60)::text)) FROM sales.orders

-- a call in an array's subscript
SELECT tags[length(pg_sleep(60)::text)] FROM sales.customers

-- a call in a slice
SELECT tags[1:length(pg_sleep(60)::text)] FROM sales.customers

-- a call in a join's condition
SELECT 1 FROM sales.orders a JOIN sales.orders b ON pg_sleep(60) IS NULL

-- a call in an unused WITH query
WITH unused AS MATERIALIZED (SELECT pg_sleep(60)) SELECT 1

-- a call in the second half of a UNION
SELECT 1 UNION ALL SELECT length(pg_sleep(60)::text)

-- a call in ARRAY()
SELECT ARRAY(SELECT pg_sleep(60))

-- a call in a row comparison
SELECT (1, 2) < (SELECT 1, length(pg_sleep(60)::text))

-- a cast to a type that looks names up
SELECT 'hr.salaries'::regclass::oid

-- the same as a function
SELECT regclass('hr.salaries')

-- the same in a column list
SELECT * FROM jsonb_to_record('{"a": "pg_authid"}') AS t(a regclass)

-- the same as an array
SELECT '{pg_authid}'::regclass[]

-- the same by CAST
SELECT CAST('postgres' AS regrole)

-- a typed constant
SELECT regclass 'pg_authid'

-- a domain in ROWS FROM
SELECT * FROM ROWS FROM (jsonb_to_record('{"a": 1}') AS (a sales.dom)) AS t

-- the row type of a hidden table
SELECT jsonb_populate_record(NULL::hr.salaries, '{}')

-- an element of a hidden table's column type
SELECT NULL::hr.salaries.pay%TYPE

-- a set of a type
SELECT NULL::SETOF int

-- an operator by its schema
SELECT 1 OPERATOR(sales.+) 1

-- an operator with ANY
SELECT 1 OPERATOR(sales.|+|) ANY (ARRAY[1])

-- an operator with a sub-query
SELECT 1 OPERATOR(sales.|+|) ALL (SELECT 1)

-- an unknown operator
SELECT 1 |+| 2

-- an operator in ORDER BY
SELECT id FROM sales.orders ORDER BY id USING OPERATOR(sales.<)

-- a collation of another schema
SELECT name COLLATE sales.evil FROM sales.customers

-- a sampling method of an extension
SELECT * FROM sales.orders TABLESAMPLE sales.system (1)

-- a table by its database
SELECT * FROM tenant_a.sales.orders

-- a bare catalog that a WITH query elsewhere is named like
SELECT * FROM sales.orders WHERE EXISTS (WITH pg_authid AS (SELECT 1) SELECT 1 FROM pg_authid) AND id IN (SELECT oid::int FROM pg_authid)

-- a WITH query sees only those before it
WITH a AS (SELECT * FROM pg_shadow), pg_shadow AS (SELECT 1) SELECT * FROM a

-- a WITH query of one half of a UNION
(WITH pg_authid AS (SELECT 1 AS x) SELECT x FROM pg_authid) UNION ALL SELECT 1 FROM pg_authid

-- a WITH query of a LATERAL neighbour
SELECT * FROM (WITH pg_authid AS (SELECT 1 AS x) SELECT x FROM pg_authid) a, LATERAL (SELECT rolname FROM pg_authid) b

-- a WITH query inside a recursive one
WITH RECURSIVE t AS (WITH pg_authid AS (SELECT 1 AS x) SELECT x FROM pg_authid) SELECT * FROM t, pg_authid

-- a table sampled from a catalog
SELECT * FROM pg_catalog.pg_class TABLESAMPLE SYSTEM (100)

-- the information schema
SELECT table_name FROM information_schema.tables

-- statistics of columns
SELECT most_common_vals FROM pg_stats

-- what other sessions run
SELECT query FROM pg_catalog.pg_stat_activity

-- figures that only the platform's panels may read
SELECT * FROM pg_stat_database

-- the size of the database
SELECT pg_database_size(current_database())

-- a toast table
SELECT * FROM pg_toast.pg_toast_1262

-- a temporary schema
SELECT * FROM pg_temp.x

-- a lock in a sub-query
SELECT * FROM (SELECT * FROM sales.canary FOR UPDATE) x

-- a lock in a WITH query
WITH x AS (SELECT * FROM sales.canary FOR KEY SHARE SKIP LOCKED) SELECT * FROM x

-- INTO in the first half of a UNION
SELECT 1 AS x INTO sales.evil UNION SELECT 2

-- a temporary table
SELECT 1 AS x INTO TEMP evil

-- MERGE in a WITH query
WITH m AS (MERGE INTO sales.canary c USING (SELECT 1 AS id) s ON c.id = s.id WHEN MATCHED THEN DELETE RETURNING c.id) SELECT * FROM m

-- a write deep in a WITH query
WITH a AS (WITH b AS (INSERT INTO sales.canary VALUES (1, 'x') RETURNING id) SELECT * FROM b) SELECT * FROM a

-- DEFAULT among values
VALUES (DEFAULT)

-- EXPLAIN ANALYZE of a write
EXPLAIN ANALYZE DELETE FROM sales.canary

-- COPY of a query
COPY (SELECT * FROM sales.customers) TO PROGRAM 'sh'

-- DO
DO $$ BEGIN PERFORM pg_sleep(60); END $$

-- CALL
CALL sales.proc()

-- CREATE VIEW
CREATE VIEW sales.v AS SELECT 1

-- REFRESH
REFRESH MATERIALIZED VIEW sales.mv

-- XML that reads a table
SELECT xmlforest(pay) FROM hr.salaries

-- XMLTABLE
SELECT * FROM XMLTABLE('/x' PASSING '<x/>' COLUMNS a text)

-- a parameter nothing is bound to
SELECT $1

-- a computed map
SELECT translate(name, (SELECT string_agg(name, '') FROM sales.customers), '') FROM sales.customers

-- a computed pattern
SELECT format(name, 1) FROM sales.customers

-- a wide pattern
SELECT format('%1000000s', 'x')

-- a width from an argument
SELECT format('%*s', 100000000, 'x')

-- a computed length
SELECT repeat('x', (SELECT max(id) FROM sales.orders) * 100000)

-- a length that only looks small
SELECT repeat('x', 1::bit(2)::bit(32)::int)

-- a length as a parameter of least()
SELECT repeat('x', least(1000000000, 2000000000))

-- padding collected
SELECT string_agg(lpad(name, 10000), '') FROM sales.customers

-- padding collected through a function
SELECT string_agg(upper(lpad(name, 10000)), '') FROM sales.customers

-- four builders inside one another
SELECT replace(replace(replace(replace(name, 'a', 'aaaa'), 'a', 'aaaa'), 'a', 'aaaa'), 'a', 'aaaa') FROM sales.customers

-- thirteen collecting aggregates
SELECT array_agg(1), array_agg(2), array_agg(3), array_agg(4), array_agg(5), array_agg(6), array_agg(7), array_agg(8), array_agg(9), array_agg(10), array_agg(11), array_agg(12), array_agg(13) FROM sales.orders

-- padding by a type
SELECT 'x'::bpchar(10000000)

-- bits by a type
SELECT B'1'::bit(80000000)

-- a length that is no number
SELECT 'x'::bpchar(a)

-- two WITH queries that read each other
WITH RECURSIVE a AS (SELECT * FROM b), b AS (SELECT * FROM a) SELECT * FROM a

-- a statement after a dollar-quoted one
SELECT $q$;$q$; DROP TABLE sales.canary

-- a statement after a nested comment
SELECT 1 /* /* ; */ */ ; DROP TABLE sales.canary

-- a statement after a quoted name
SELECT 1 AS "a;b"; DROP TABLE sales.canary

-- an escape string that ends early
SELECT E'\\'; DROP TABLE sales.canary; --'

-- a field that writes a type looks a role up
SELECT ((n::oid).regroleout)::text FROM generate_series(10, 60000) n

-- a field that writes a type looks a table up
SELECT ((1260::oid).regclassout)::text

-- a field that reads a type looks a name up
SELECT ('nosuchrole').regrolein

-- a field of a function's alias that writes a type
SELECT x.regroleout FROM int4(10) x
