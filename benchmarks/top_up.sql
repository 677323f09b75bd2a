-- The data set, later: what the servers have reported since, and as many of the oldest rows less.
WITH newest AS (SELECT max(recorded_at) - interval '37 milliseconds' AS last FROM metrics WHERE server_name = 'server-01')
INSERT INTO metrics
SELECT at + s * interval '37 milliseconds',
       'server-' || lpad(s::text, 2, '0'),
       least(100, greatest(0, 35 + s + 25 * sin(extract(epoch FROM at) / 86400.0 * 2 * pi() + s) + 10 * (random() - 0.5))),
       least(100, greatest(0, 50 + s / 2.0 + 15 * sin(extract(epoch FROM at) / 604800.0 * 2 * pi() + s / 3.0) + 4 * (random() - 0.5)))
FROM newest, generate_series(newest.last + interval '10 seconds', now() + interval '30 minutes', interval '10 seconds') AS one(at),
     generate_series(1, 20) AS s;
DELETE FROM metrics WHERE recorded_at < (SELECT max(recorded_at) FROM metrics) - interval '2500000 seconds';
