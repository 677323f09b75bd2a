-- revenue by day with a running total
SELECT date_trunc('day', at) AS day, sum(amount) AS revenue, sum(sum(amount)) OVER (ORDER BY date_trunc('day', at)) AS total FROM sales.orders GROUP BY 1 ORDER BY 1

-- share of the total
SELECT status, count(*) AS n, round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS share FROM sales.orders GROUP BY status

-- month over month
WITH months AS (SELECT date_trunc('month', at) AS month, sum(amount) AS revenue FROM sales.orders GROUP BY 1) SELECT month, revenue, revenue - lag(revenue) OVER (ORDER BY month) AS change, 100 * (revenue / nullif(lag(revenue) OVER (ORDER BY month), 0) - 1) AS percent FROM months ORDER BY month

-- seven-day moving average
SELECT day, avg(n) OVER (ORDER BY day ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) FROM (SELECT at::date AS day, count(*) AS n FROM sales.orders GROUP BY 1) d

-- gaps filled from a series
SELECT g.hour, coalesce(o.n, 0) AS n FROM generate_series(now() - interval '24 hours', now(), '1 hour') AS g(hour) LEFT JOIN (SELECT date_trunc('hour', at) AS hour, count(*) AS n FROM sales.orders GROUP BY 1) o ON o.hour = date_trunc('hour', g.hour)

-- a series under its own name
SELECT day, day::date FROM generate_series('2024-01-01'::date, '2024-01-31'::date, interval '1 day') AS day

-- a series by its alias
SELECT d.d::date FROM generate_series(timestamp '2024-01-01', '2024-01-05', '1 day') d

-- latest row of each
SELECT DISTINCT ON (customer_id) customer_id, status, at FROM sales.orders ORDER BY customer_id, at DESC NULLS LAST

-- latest row of each by a window
SELECT * FROM (SELECT o.*, row_number() OVER (PARTITION BY customer_id ORDER BY at DESC) AS rank FROM sales.orders o) ranked WHERE rank = 1

-- top three of each by LATERAL
SELECT c.name, t.* FROM sales.customers c LEFT JOIN LATERAL (SELECT o.id, o.amount FROM sales.orders o WHERE o.customer_id = c.id ORDER BY o.amount DESC FETCH FIRST 3 ROWS WITH TIES) t ON true

-- quartiles
SELECT percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY amount) FROM sales.orders

-- a histogram
SELECT width_bucket(amount, 0, 150, 10) AS bucket, count(*), repeat('#', least(50, count(*)::int)) FROM sales.orders GROUP BY 1 ORDER BY 1

-- a cohort
SELECT date_trunc('month', c.created) AS cohort, (extract(epoch FROM o.at - c.created) / 2592000)::int AS month, count(DISTINCT o.customer_id) FROM sales.customers c JOIN sales.orders o ON o.customer_id = c.id GROUP BY 1, 2

-- a funnel
SELECT count(*) FILTER (WHERE status IN ('new', 'paid')) AS created, count(*) FILTER (WHERE status = 'paid') AS paid, count(*) FILTER (WHERE status = 'paid')::float / nullif(count(*), 0) AS rate FROM sales.orders

-- a pivot
SELECT country, sum(amount) FILTER (WHERE status = 'paid') AS paid, sum(CASE status WHEN 'void' THEN amount END) AS void FROM sales.orders o JOIN sales.customers c ON c.id = o.customer_id GROUP BY country

-- subtotals
SELECT coalesce(country, 'all') AS country, grouping(country) AS is_total, sum(id) FROM sales.customers GROUP BY CUBE (country), GROUPING SETS ((name), ())

-- first and last
SELECT (array_agg(amount ORDER BY at))[1] AS first, (array_agg(amount ORDER BY at DESC))[1] AS last FROM sales.orders

-- first value in a frame
SELECT id, first_value(amount) OVER w, last_value(amount) OVER w, nth_value(amount, 2) OVER w FROM sales.orders WINDOW w AS (PARTITION BY status ORDER BY at RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)

-- groups in a frame
SELECT dense_rank() OVER (ORDER BY amount), percent_rank() OVER (ORDER BY amount), ntile(4) OVER (ORDER BY amount), sum(amount) OVER (ORDER BY at GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE TIES) FROM sales.orders

-- islands
WITH marked AS (SELECT id, at, CASE WHEN at - lag(at) OVER (ORDER BY at) > interval '30 minutes' THEN 1 ELSE 0 END AS starts FROM sales.orders), numbered AS (SELECT *, sum(starts) OVER (ORDER BY at) AS session FROM marked) SELECT session, min(at), max(at), max(at) - min(at) AS duration FROM numbered GROUP BY session

-- a tree with its path and cycles
WITH RECURSIVE tree AS (SELECT id, customer_id AS parent, 1 AS depth FROM sales.orders WHERE id = 1 UNION ALL SELECT o.id, o.customer_id, t.depth + 1 FROM sales.orders o JOIN tree t ON o.customer_id = t.id WHERE t.depth < 5) SEARCH BREADTH FIRST BY id SET ord CYCLE id SET is_cycle TO 'Y' DEFAULT 'N' USING path SELECT * FROM tree ORDER BY ord

-- dates without data, recursively
WITH RECURSIVE days(day) AS (SELECT date '2024-01-01' UNION ALL SELECT (day + 1)::date FROM days WHERE day < '2024-02-01') SELECT day FROM days

-- WITH inside the recursive term
WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL (WITH next AS (SELECT n + 1 AS n FROM t WHERE n < 10) SELECT n FROM next)) SELECT n FROM t

-- a WITH query named like another's column
WITH orders AS (SELECT * FROM sales.orders WHERE amount > 10), recent AS (SELECT * FROM orders WHERE at > now() - interval '1 year') SELECT count(*) FROM recent r JOIN orders o ON o.id = r.id

-- WITH of a sub-query
SELECT * FROM (WITH x AS (SELECT 1 AS a) SELECT * FROM x) y JOIN LATERAL (WITH z AS (SELECT y.a + 1 AS b) SELECT * FROM z) q ON true

-- json of rows
SELECT jsonb_agg(jsonb_build_object('id', id, 'name', name) ORDER BY id) FROM sales.customers WHERE id < 5

-- json by path
SELECT doc #>> '{items,0,p}' AS p, jsonb_path_query_first(doc, '$.items[*] ? (@.p > 3)') AS found, doc @? '$.items[*]' AS has FROM sales.orders LIMIT 5

-- keys and values
SELECT kv.key, kv.value, count(*) FROM sales.orders o CROSS JOIN LATERAL jsonb_each_text(o.doc) AS kv GROUP BY 1, 2

-- keys and values renamed
SELECT t.k, t.v FROM sales.orders o, jsonb_each(o.doc) AS t(k, v) LIMIT 5

-- fields of a function of rows
SELECT (jsonb_each_text(doc)).key, (jsonb_each(doc)).* FROM sales.orders LIMIT 5

-- json elements
SELECT item.value ->> 'p' AS p, item.ordinality FROM sales.orders o, jsonb_array_elements(o.doc -> 'items') WITH ORDINALITY AS item LIMIT 5

-- json elements by their alias' column
SELECT e.value FROM jsonb_array_elements_text('["a", "b"]') e

-- json columns
SELECT r.a, r.b FROM jsonb_to_recordset('[{"a": 1, "b": "x"}]') AS r(a int, b text COLLATE "C")

-- rows from several functions
SELECT * FROM ROWS FROM (generate_series(1, 3), unnest(ARRAY['a', 'b']), jsonb_to_recordset('[{"a": 1}]') AS (a int)) WITH ORDINALITY AS t(n, letter, a, ord)

-- arrays side by side
SELECT u.a, u.b FROM unnest(ARRAY[1, 2], ARRAY['x', 'y']) AS u(a, b)

-- arrays
SELECT tags @> ARRAY['x'], tags && '{t1,t2}'::text[], array_position(tags, 'x'), tags[1:1], array_remove(tags, 'x'), 'x' = ANY (tags), 'y' <> ALL (tags) FROM sales.customers

-- arrays of arrays
SELECT (ARRAY[[1, 2], [3, 4]])[2][1], '{{1,2},{3,4}}'::int[][], array_dims(ARRAY[[1]])

-- ranges
SELECT int4range(1, 10) * int4range(5, 15), tstzrange(now() - interval '1 day', now(), '[)') && tstzrange(now(), NULL), upper(numrange(1, 2)), range_agg(daterange('2024-01-01', '2024-02-01'))

-- clean a phone number
SELECT replace(replace(replace(replace(replace(name, ' ', ''), '-', ''), '(', ''), ')', ''), '/', '') FROM sales.customers

-- clean by a pattern
SELECT regexp_replace(regexp_replace(lower(trim(name)), '[^a-z0-9]+', '-', 'g'), '(^-|-$)', '', 'g') AS slug FROM sales.customers

-- text
SELECT initcap(name), left(name, 3) || '…', lpad(id::text, 6, '0'), split_part(email, '@', 2), strpos(email, '@'), reverse(name), translate(name, 'abc', 'xyz'), overlay(name PLACING '**' FROM 2 FOR 2), position('u' IN name) FROM sales.customers

-- trimming and substrings
SELECT trim(LEADING 'c' FROM name), trim(BOTH FROM name), substring(name FROM 2 FOR 3), substring(name SIMILAR 'c#"%#"' ESCAPE '#'), substr(name, 1, 2) FROM sales.customers

-- patterns
SELECT name FROM sales.customers WHERE name ILIKE 'cust%' AND name NOT LIKE '%!_%' ESCAPE '!' AND email ~* '^c\d+@' AND name !~ 'x$' AND name SIMILAR TO 'cust (1|2)%'

-- formats
SELECT to_char(amount, 'FM999G999D00'), to_char(at, 'YYYY-MM-DD HH24:MI'), to_char(at, 'Day'), format('%s (%s)', status, id), concat_ws(' · ', id, status), to_number('1,234', '9G999') FROM sales.orders

-- time zones
SELECT at AT TIME ZONE 'Asia/Bangkok' AS local, date_trunc('day', at, 'Europe/Paris'), timezone('UTC', at), extract(isodow FROM at), date_part('hour', at), at::time, at::date - current_date FROM sales.orders

-- intervals
SELECT now() - at AS age, age(at), justify_hours(interval '30 hours'), interval '1' day, interval '2-3' year to month, make_interval(hours => 3), extract(epoch FROM interval '1 hour'), interval '1 day' * 2.5, at + make_interval(secs => 30) FROM sales.orders

-- buckets
SELECT date_bin(interval '5 minutes', at, timestamp with time zone 'epoch'), to_timestamp(floor(extract(epoch FROM at) / 300) * 300) FROM sales.orders

-- epochs and parts
SELECT to_timestamp(1700000000.5), make_timestamptz(2024, 1, 2, 3, 4, 5.5, 'UTC'), isfinite('infinity'::date), localtime(0), current_time, localtimestamp(2)

-- casts of every spelling
SELECT '1'::double precision, CAST('2' AS character varying(20)), '3'::real, '4'::decimal(5, 1), '2024-01-01'::timestamp without time zone, '10:00'::time with time zone, 'a'::character(3), B'1'::bit varying(5), '1'::dec, '5'::float(24), 'x'::pg_catalog.text, date '2024-01-01', '{"a":1}'::jsonb, 't'::boolean

-- unicode and escapes
SELECT U&'d!0061t!+000061' UESCAPE '!', E'tab\tquote\'', $tag$it's$tag$, N'x', X'1F', 1e-3, .5

-- adjacent strings
SELECT 'one '
'two'

-- conditions
SELECT CASE WHEN amount IS NULL THEN 'none' WHEN amount BETWEEN 0 AND 10 THEN 'small' ELSE 'large' END, amount IS DISTINCT FROM 5, (amount > 5) IS NOT TRUE, amount NOTNULL, nullif(status, ''), greatest(amount, 0), num_nulls(status, amount) FROM sales.orders

-- rows compared
SELECT id FROM sales.orders WHERE (customer_id, status) IN (SELECT id, 'paid' FROM sales.customers) AND ROW(id, amount) >= ROW(1, 2) AND (1, 2) = (1, 2)

-- sub-queries
SELECT id FROM sales.orders o WHERE amount > ALL (SELECT avg(amount) FROM sales.orders GROUP BY status) OR NOT EXISTS (SELECT FROM sales.customers c WHERE c.id = o.customer_id) OR id = ANY (ARRAY(SELECT id FROM sales.canary))

-- set operations
(SELECT id FROM sales.orders ORDER BY id LIMIT 5) UNION (SELECT id FROM sales.customers EXCEPT ALL SELECT id FROM sales.canary) INTERSECT SELECT 1 ORDER BY 1 DESC OFFSET 1

-- values as a table
SELECT v.label, count(o.id) FROM (VALUES ('new', 1), ('paid', 2)) AS v(label, rank) LEFT JOIN sales.orders o ON o.status = v.label GROUP BY v.label, v.rank ORDER BY v.rank

-- values alone
VALUES (1, 'one'), (2, 'two') ORDER BY 1 DESC LIMIT 1

-- joins of every kind
SELECT count(*) FROM ((sales.orders o FULL JOIN sales.customers c ON c.id = o.customer_id) CROSS JOIN sales.canary k) RIGHT JOIN sales.v_orders v ON v.id = o.id

-- a join under an alias
SELECT j.id, o.amount FROM sales.orders o JOIN sales.v_orders v USING (id) AS j

-- names in quotes
SELECT t."select", t."Weird ""Col""", t."Größe" * 2 AS "×2" FROM sales."Odd Table" AS t ORDER BY t."Weird ""Col""" COLLATE "C"

-- bare names on the search path
SELECT o.id, customers.name FROM orders o JOIN customers ON customers.id = o.customer_id

-- ONLY and a sample
SELECT count(*) FROM ONLY sales.orders TABLESAMPLE BERNOULLI (1.5) REPEATABLE (7)

-- full-text search
SELECT name, ts_rank(to_tsvector('simple', name), q) FROM sales.customers, websearch_to_tsquery('simple', 'cust -99') AS q WHERE to_tsvector('simple', name) @@ q

-- statistics
SELECT corr(amount, id), covar_samp(amount, id), regr_r2(amount, id), stddev_pop(amount), var_samp(amount), mode() WITHIN GROUP (ORDER BY status), bit_or(id), bool_or(amount > 1) FROM sales.orders

-- hypothetical rank
SELECT rank(50) WITHIN GROUP (ORDER BY amount), cume_dist(50) WITHIN GROUP (ORDER BY amount) FROM sales.orders

-- addresses
SELECT '10.1.2.3'::inet << '10.0.0.0/8'::inet, host('10.1.2.3/24'::inet), network('10.1.2.3/24'::inet), '08:00:2b:01:02:03'::macaddr

-- points
SELECT point(1, 2) <-> point '(4,6)', circle '<(0,0),2>' @> point(1, 1), box '((0,0),(1,1))' && box '((1,1),(2,2))'

-- bytes and digests
SELECT encode(sha256(convert_to(name, 'UTF8')), 'hex'), md5(name), octet_length('\xdeadbeef'::bytea), get_byte('\xff'::bytea, 0) FROM sales.customers

-- sizes for people
SELECT pg_size_pretty(sum(octet_length(doc::text))::bigint), pg_column_size(doc) FROM sales.orders GROUP BY doc

-- set-returning functions in the list
SELECT id, unnest(tags), generate_subscripts(tags, 1), regexp_split_to_table(email, '@') FROM sales.customers LIMIT 3

-- a comment with a quote and a keyword
SELECT 1 -- it's not a "DELETE FROM x;"
, 2 /* 'drop; */

-- mathematics
SELECT sqrt(16), cbrt(27), power(2, 0.5), 7 % 3, -2 ^ 2, |/ 9, 5 # 3, ~ 1, 8 >> 1, @ -3, log(2, 8), trunc(1.55, 1), sign(-1), gcd(12, 18), random(), exp(ln(2)), degrees(pi()), atan2(1, 2)

-- the enum of columns
SELECT o.*, c.name AS customer, (SELECT max(x.at) FROM sales.orders AS x WHERE x.customer_id = c.id) AS latest FROM sales.orders AS o, sales.customers AS c WHERE o.customer_id = c.id AND c.country = 'DE'

-- grouping by an expression with DISTINCT
SELECT DISTINCT extract(dow FROM at)::int AS weekday, to_char(at, 'Dy') FROM sales.orders GROUP BY DISTINCT ROLLUP (1, 2)

-- labels collected
SELECT country, string_agg(DISTINCT name, ', ' ORDER BY name), array_to_string(array_agg(id), ','), json_object_agg(id, name) FROM sales.customers GROUP BY country

-- who and when
SELECT current_date, current_timestamp, now(), clock_timestamp(), statement_timestamp(), current_user IS NOT NULL

-- names PanelDash's own role and the tenant's own database, and no other
SELECT current_user, user, session_user, current_role, current_catalog, current_schema FROM sales.customers WHERE name <> current_user
