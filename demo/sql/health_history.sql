INSERT INTO service_health_history
SELECT at, service, status
FROM (SELECT at, service, status, lag(status, 1, -1) OVER (PARTITION BY service ORDER BY at) AS before
      FROM (SELECT at, service, CASE WHEN luck > 0.955 THEN 2 WHEN luck > 0.87 THEN 1 ELSE 0 END AS status
            FROM (SELECT at, service, pg_temp.wander(service || 'health', extract(epoch FROM at)::double precision, 7200) AS luck
                  FROM generate_series(%(start)s::timestamptz, %(stop)s::timestamptz, interval '5 minutes') AS at,
                       unnest(%(services)s::text[]) AS service WHERE at < %(stop)s) AS moments) AS states) AS changes
WHERE status <> before
ON CONFLICT DO NOTHING
