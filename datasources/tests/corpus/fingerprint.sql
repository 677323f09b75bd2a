-- One row that is the same before and after a statement that did nothing.
SELECT (SELECT md5(string_agg(c::text, '|' ORDER BY id)) FROM sales.canary c),
       (SELECT md5(sum(id + hashtext(o::text)::bigint)::text) FROM sales.orders o),
       (SELECT md5(sum(id + hashtext(c::text)::bigint)::text) FROM sales.customers c),
       (SELECT md5(string_agg(s::text, '|')) FROM hr.salaries s),
       (SELECT (last_value, is_called)::text FROM sales.seq),
       (SELECT string_agg(loid || ':' || encode(data, 'escape'), '|' ORDER BY loid) FROM pg_largeobject),
       (SELECT md5(string_agg(concat(oid, relname, relfilenode, relacl), '|' ORDER BY oid)) FROM pg_class
        WHERE relpersistence <> 't' AND relnamespace <> 'pg_toast'::regnamespace),
       (SELECT md5(string_agg(a::text, '|' ORDER BY oid)) FROM pg_authid a),
       (SELECT md5(string_agg(s::text, '|' ORDER BY s::text)) FROM pg_db_role_setting s),
       (SELECT md5(string_agg(description, '|' ORDER BY objoid, objsubid)) FROM pg_description WHERE objoid >= 16384),
       (SELECT count(*) FROM pg_proc),
       (SELECT count(*) FROM pg_extension),
       (SELECT count(*) FROM pg_replication_slots),
       (SELECT count(*) FROM pg_prepared_xacts),
       (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'),
       (SELECT md5(string_agg(name || setting, '|' ORDER BY name)) FROM pg_file_settings),
       (SELECT md5(string_agg(file, '|' ORDER BY file)) FROM pg_ls_dir('.') file)
