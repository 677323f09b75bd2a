-- The data set of the benchmarks: 5,000,000 metrics (20 servers, 10 s apart, 28.9 days), 1,000,000 log lines, 10 services.
-- Deterministic values; the time axis ends when it was made.
SET synchronous_commit = off;
SET max_parallel_workers_per_gather = 0;
SELECT setseed(0.42);

CREATE UNLOGGED TABLE metrics (
    recorded_at timestamptz NOT NULL,
    server_name text NOT NULL,
    cpu_percent double precision,
    mem_percent double precision
);
INSERT INTO metrics
SELECT now() - (249999 - i) * interval '10 seconds' + s * interval '37 milliseconds' - interval '1 second',
       'server-' || lpad(s::text, 2, '0'),
       least(100, greatest(0, 35 + s + 25 * sin(i / 8640.0 * 2 * pi() + s) + 10 * (random() - 0.5))),
       least(100, greatest(0, 50 + s / 2.0 + 15 * sin(i / 60480.0 * 2 * pi() + s / 3.0) + 4 * (random() - 0.5)))
FROM generate_series(0, 249999) AS i, generate_series(1, 20) AS s;
CREATE INDEX metrics_recorded_at_idx ON metrics (recorded_at);

CREATE UNLOGGED TABLE logs (
    ts timestamptz NOT NULL,
    severity text NOT NULL,
    message text NOT NULL,
    service text NOT NULL
);
INSERT INTO logs
SELECT now() - (999999 - i) * interval '2.5 seconds',
       (ARRAY['DEBUG','INFO','INFO','INFO','INFO','INFO','WARNING','WARNING','ERROR','CRITICAL'])[1 + floor(random() * 10)::int],
       'request ' || i || ' handled by worker ' || (i % 97) || ' in ' || round((random() * 900)::numeric, 1)
           || ' ms <status=' || (200 + (i % 5) * 100) || '>',
       (ARRAY['api','auth','billing','ingest','scheduler','web','worker','mail'])[1 + (i % 8)]
FROM generate_series(0, 999999) AS i;
CREATE INDEX logs_ts_idx ON logs (ts);

CREATE TABLE health (name text PRIMARY KEY, status text NOT NULL);
INSERT INTO health
SELECT 'service-' || lpad(i::text, 2, '0'), (ARRAY['ok','ok','ok','degraded','down'])[1 + (i % 5)]
FROM generate_series(1, 10) AS i;
