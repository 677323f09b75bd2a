-- The database the corpora were written for: what a tenant's database may hold that an attack could use. Run by a superuser.
DO $$
DECLARE wanted text;
BEGIN
  FOR wanted IN SELECT name FROM pg_available_extensions WHERE name IN ('dblink', 'postgres_fdw', 'file_fdw', 'adminpack', 'pgcrypto',
    'hstore', 'tablefunc', 'xml2', 'fuzzystrmatch', 'pg_trgm', 'pg_prewarm') LOOP
    EXECUTE format('CREATE EXTENSION %I', wanted);
  END LOOP;
END $$;
CREATE ROLE live_owner LOGIN PASSWORD 'owner';
CREATE SCHEMA sales AUTHORIZATION live_owner;
CREATE SCHEMA hr AUTHORIZATION live_owner;
SET ROLE live_owner;
CREATE TABLE sales.customers (id int PRIMARY KEY, name text NOT NULL, country text, email text, tags text[],
                              created timestamptz DEFAULT '2024-01-01');
INSERT INTO sales.customers
SELECT g, 'cust ' || g, (ARRAY['DE','FR','IT','PL','日本'])[1 + g % 5], 'c' || g || '@example.com', ARRAY['t' || g % 3, 'x'],
       timestamptz '2024-01-01' + g * interval '1 hour' FROM generate_series(1, 5000) g;
CREATE TABLE sales.orders (id int PRIMARY KEY, customer_id int REFERENCES sales.customers, amount numeric(12,2), status text,
                           doc jsonb, at timestamptz);
INSERT INTO sales.orders
SELECT g, 1 + g % 5000, (g % 997)::numeric / 7, (ARRAY['new','paid','50%_off','void'])[1 + g % 4],
       jsonb_build_object('sku', 's' || g % 50, 'qty', g % 9, 'items', jsonb_build_array(jsonb_build_object('p', g % 13))),
       timestamptz '2024-01-01' + g * interval '3 minutes' FROM generate_series(1, 20000) g;
CREATE INDEX ON sales.orders (customer_id);
CREATE TABLE sales.canary (id int PRIMARY KEY, v text);
INSERT INTO sales.canary VALUES (1, 'intact');
CREATE TABLE sales."Odd Table" (id int, "Weird ""Col""" text, "select" int, "Größe" numeric);
INSERT INTO sales."Odd Table" VALUES (1, 'a', 2, 3.5), (2, 'b; drop', 4, 5.5);
CREATE SEQUENCE sales.seq;
CREATE TABLE hr.salaries (who text, pay text);
INSERT INTO hr.salaries VALUES ('boss', 'SALARY-SECRET-42');
CREATE VIEW sales.v_orders AS SELECT id, amount, status FROM sales.orders;
CREATE FUNCTION sales.touch_canary() RETURNS int LANGUAGE sql VOLATILE SECURITY DEFINER
  AS $$ UPDATE sales.canary SET v = 'TOUCHED' WHERE id = 1; SELECT 1 $$;
CREATE FUNCTION sales.leak() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER AS $$ SELECT pay FROM hr.salaries LIMIT 1 $$;
CREATE FUNCTION sales.leak_row(sales.customers) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
  AS $$ SELECT pay FROM hr.salaries LIMIT 1 $$;
CREATE FUNCTION sales.nap(sales.customers) RETURNS text LANGUAGE plpgsql VOLATILE
  AS $$ BEGIN PERFORM pg_sleep(60); RETURN 'x'; END $$;
CREATE FUNCTION sales.dynsql(q text) RETURNS text LANGUAGE plpgsql VOLATILE SECURITY DEFINER
  AS $$ DECLARE r text; BEGIN EXECUTE q INTO r; RETURN r; END $$;
CREATE FUNCTION sales.fake_immutable(x int) RETURNS int LANGUAGE plpgsql IMMUTABLE
  AS $$ BEGIN PERFORM pg_notify('chan', 'from planner'); RETURN x; END $$;
CREATE PROCEDURE sales.proc() LANGUAGE plpgsql AS $$ BEGIN COMMIT; UPDATE sales.canary SET v = 'PROC' WHERE id = 1; END $$;
CREATE FUNCTION sales.plus_evil(int, int) RETURNS int LANGUAGE plpgsql VOLATILE SECURITY DEFINER
  AS $$ BEGIN PERFORM pg_notify('chan', 'operator'); RETURN 1; END $$;
CREATE OPERATOR sales.|+| (leftarg = int, rightarg = int, function = sales.plus_evil);
CREATE DOMAIN sales.dom AS int CHECK (sales.plus_evil(VALUE, 1) = 1);
CREATE VIEW sales.v_touch AS SELECT sales.touch_canary() AS t;
RESET ROLE;
DO $$
BEGIN  -- a foreign table that leads back here with the owner's rights
  EXECUTE format('CREATE SERVER back FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host %L, port %L, dbname %L)',
                 split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), current_database());
END $$;
CREATE USER MAPPING FOR PUBLIC SERVER back OPTIONS (user 'live_owner', password 'owner');
GRANT USAGE ON FOREIGN SERVER back TO live_owner;
CREATE FOREIGN TABLE sales.ft_touch (t int) SERVER back OPTIONS (schema_name 'sales', table_name 'v_touch');
ALTER FOREIGN TABLE sales.ft_touch OWNER TO live_owner;
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE hr.passwd (line text) SERVER files OPTIONS (filename '/etc/passwd', format 'text', delimiter E'\x01');
SELECT lo_from_bytea(777001, 'LO-ORIGINAL');
ALTER LARGE OBJECT 777001 OWNER TO live_owner;
GRANT SELECT ON LARGE OBJECT 777001 TO PUBLIC;
ANALYZE;
