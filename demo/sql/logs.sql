INSERT INTO logs (logged_at, severity, service, message, duration_ms, request_id, context)
SELECT at + pg_temp.chance('jitter', n) * %(step)s * interval '1 second', severity, service,
       CASE severity
           WHEN 'DEBUG' THEN 'cache ' || CASE WHEN n %% 3 = 0 THEN 'miss' ELSE 'hit' END || ' for session ' || n %% 9973
           WHEN 'INFO' THEN 'request ' || n || ' served in ' || duration || ' ms'
           WHEN 'WARNING' THEN (ARRAY['slow answer from upstream', 'retrying after a timeout', 'queue longer than 500'])[1 + n %% 3]
           WHEN 'ERROR' THEN (ARRAY['upstream answered 502', 'could not lock row in table “orders”', 'payment was declined twice',
                                    'template <invoice> is missing a field'])[1 + n %% 4]
           ELSE 'no free connection after 30 s; shedding load' END,
       duration, md5(service || n)::uuid,
       jsonb_build_object('status', CASE WHEN severity IN ('ERROR', 'CRITICAL') THEN 500 + n %% 4 ELSE 200 END,
                          'region', (ARRAY['eu-west', 'us-east', 'ap-south'])[1 + n %% 3], 'attempt', 1 + n %% 2)
FROM (SELECT at, n, (%(services)s::text[])[1 + (n * 7) %% array_length(%(services)s::text[], 1)] AS service,
             round((12 + 900 * pg_temp.chance('slow', n) ^ 6)::numeric, 1)::double precision AS duration,
             CASE WHEN luck < 0.18 THEN 'DEBUG' WHEN luck < 0.86 THEN 'INFO' WHEN luck < 0.95 THEN 'WARNING'
                  WHEN luck < 0.995 THEN 'ERROR' ELSE 'CRITICAL' END AS severity
      FROM (SELECT at, extract(epoch FROM at)::bigint / %(step)s AS n,
                   pg_temp.chance('severity', extract(epoch FROM at)::bigint) AS luck
            FROM generate_series(%(start)s::timestamptz, %(stop)s::timestamptz, %(step)s * interval '1 second') AS at) AS ticks
      WHERE at < %(stop)s) AS lines
