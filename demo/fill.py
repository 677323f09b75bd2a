"""Make a tenant's past: metrics, logs, orders and service health between two moments, always the same for the same moments."""

from datetime import datetime
from pathlib import Path

import psycopg

from demo.tenants import DemoTenant

# Each server is taken down for 40 minutes every nine days, so that charts have honest gaps.
METRICS = """
INSERT INTO metrics
SELECT at, server,
       round(least(100, greatest(0.4, 8 + nr * 4 + 42 * busy * (0.55 + 0.15 * nr)
           + 22 * (pg_temp.wander(server || 'cpu', e, 1800) - 0.5) + 7 * (pg_temp.wander(server || 'cpu fast', e, 90) - 0.5)
           + 190 * greatest(0, pg_temp.wander(server || 'incident', e, 9000) - 0.86)))::numeric, 2),
       round((34 + nr * 3 + 30 * mod((e / 432000 + nr * 0.31)::numeric, 1) + 5 * pg_temp.wander(server || 'mem', e, 5400))::numeric, 2),
       round((41 + nr * 6 + 22 * mod((e / 1209600 + nr * 0.17)::numeric, 1) + pg_temp.wander(server || 'disk', e, 20000))::numeric, 2),
       round((0.2 + 3.2 * busy * (0.6 + nr * 0.1) + pg_temp.wander(server || 'load', e, 900))::numeric, 2),
       round((90000 + 5400000 * busy * (0.5 + pg_temp.wander(server || 'in', e, 600)) / (1 + nr * 0.4))::numeric),
       round((60000 + 9800000 * busy * (0.4 + pg_temp.wander(server || 'out', e, 700)) / (1 + nr * 0.3))::numeric)
FROM (SELECT at, server, nr::integer, extract(epoch FROM at)::double precision AS e, pg_temp.busy(at, %(zone)s) AS busy
      FROM generate_series(%(start)s::timestamptz, %(stop)s::timestamptz, %(step)s * interval '1 second') AS at,
           unnest(%(servers)s::text[]) WITH ORDINALITY AS s(server, nr)) AS moments
WHERE mod((e + nr * 86400)::bigint, 777600) > 2400 AND at < %(stop)s
"""

LOGS = """
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
"""

# A candidate every two minutes; more of them become orders while people are awake.
ORDERS = """
INSERT INTO orders (ordered_at, customer, country, currency, amount, items, status)
SELECT at + pg_temp.chance('order second', n) * interval '2 minutes',
       (ARRAY['Ada Wong', 'Bruno Keller', 'Chloé Martin', 'Dilip Rao', 'Esi Mensah', 'Farid Haddad', 'Grace Kim', 'Hugo Sá',
              'Ines Núñez', 'Jan Novák', 'Keiko Mori', 'Lars Berg'])[1 + (n * 31) %% 12],
       (ARRAY['FR', 'DE', 'GB', 'US', 'IN', 'JP', 'BR'])[1 + (n * 13) %% 7],
       (%(currencies)s::text[])[1 + floor(pg_temp.chance('currency', n) ^ 1.6 * array_length(%(currencies)s::text[], 1))::integer],
       round((9 + 340 * pg_temp.chance('amount', n) ^ 3)::numeric, 2), 1 + floor(pg_temp.chance('items', n) ^ 2 * 9)::integer,
       CASE WHEN luck < 0.90 THEN 'paid' WHEN luck < 0.96 THEN 'pending' ELSE 'refunded' END
FROM (SELECT at, n, pg_temp.chance('order status', n) AS luck, pg_temp.busy(at, %(zone)s) AS busy
      FROM (SELECT at, extract(epoch FROM at)::bigint / 120 AS n
            FROM generate_series(%(start)s::timestamptz, %(stop)s::timestamptz, interval '2 minutes') AS at) AS ticks
      WHERE at < %(stop)s) AS candidates
WHERE pg_temp.chance('order', n) < (0.08 + 0.92 * busy) * %(orders_a_day)s / 260.0
"""

HEALTH_HISTORY = """
INSERT INTO service_health_history
SELECT at, service, status
FROM (SELECT at, service, status, lag(status, 1, -1) OVER (PARTITION BY service ORDER BY at) AS before
      FROM (SELECT at, service, CASE WHEN luck > 0.955 THEN 2 WHEN luck > 0.87 THEN 1 ELSE 0 END AS status
            FROM (SELECT at, service, pg_temp.wander(service || 'health', extract(epoch FROM at)::double precision, 7200) AS luck
                  FROM generate_series(%(start)s::timestamptz, %(stop)s::timestamptz, interval '5 minutes') AS at,
                       unnest(%(services)s::text[]) AS service WHERE at < %(stop)s) AS moments) AS states) AS changes
WHERE status <> before
ON CONFLICT DO NOTHING
"""

HEALTH_NOW = """
INSERT INTO service_health
SELECT DISTINCT ON (service_name) service_name, status,
       CASE status WHEN 0 THEN 'answers as it should' WHEN 1 THEN 'slower than its target' ELSE 'does not answer' END, changed_at
FROM service_health_history ORDER BY service_name, changed_at DESC
ON CONFLICT (service_name) DO UPDATE
SET status = excluded.status, message = excluded.message, changed_at = excluded.changed_at
WHERE service_health.status IS DISTINCT FROM excluded.status
"""


def create_tables(connection: psycopg.Connection) -> None:
    connection.execute(Path(__file__).with_name("schema.sql").read_text())


def fill(connection: psycopg.Connection, tenant: DemoTenant, start: datetime, stop: datetime) -> None:
    """Add what happened from `start` (included) to `stop` (excluded), on moments that are whole steps since the epoch."""
    connection.execute(Path(__file__).with_name("fill.sql").read_text())
    facts = {
        "zone": tenant.time_zone,
        "servers": list(tenant.servers),
        "services": list(tenant.services),
        "currencies": list(tenant.currencies),
        "orders_a_day": tenant.orders_a_day,
        "stop": stop,
    }
    steps = ((METRICS, tenant.metric_seconds), (LOGS, tenant.log_seconds), (ORDERS, 120), (HEALTH_HISTORY, 300))
    for statement, step in steps:
        connection.execute(statement, {**facts, "step": step, "start": first_moment(start, step)})
    connection.execute(HEALTH_NOW)


def first_moment(start: datetime, step_seconds: int) -> datetime:
    """The first whole step at or after `start`."""
    return datetime.fromtimestamp(-(-start.timestamp() // step_seconds) * step_seconds, start.tzinfo)
