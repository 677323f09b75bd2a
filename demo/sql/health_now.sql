INSERT INTO service_health
SELECT DISTINCT ON (service_name) service_name, status,
       CASE status WHEN 0 THEN 'answers as it should' WHEN 1 THEN 'slower than its target' ELSE 'does not answer' END, changed_at
FROM service_health_history ORDER BY service_name, changed_at DESC
ON CONFLICT (service_name) DO UPDATE
SET status = excluded.status, message = excluded.message, changed_at = excluded.changed_at
WHERE service_health.status IS DISTINCT FROM excluded.status
