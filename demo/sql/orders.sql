-- A candidate every half minute; more of them become orders while people are awake.
INSERT INTO orders (ordered_at, customer, country, currency, amount, items, status)
SELECT at + pg_temp.chance('order second', n) * interval '30 seconds',
       (ARRAY['Ada Wong', 'Bruno Keller', 'Chloé Martin', 'Dilip Rao', 'Esi Mensah', 'Farid Haddad', 'Grace Kim', 'Hugo Sá',
              'Ines Núñez', 'Jan Novák', 'Keiko Mori', 'Lars Berg'])[1 + (n * 31) %% 12],
       (ARRAY['FR', 'DE', 'GB', 'US', 'IN', 'JP', 'BR'])[1 + (n * 13) %% 7],
       (%(currencies)s::text[])[1 + floor(pg_temp.chance('currency', n) ^ 1.6 * array_length(%(currencies)s::text[], 1))::integer],
       round((9 + 340 * pg_temp.chance('amount', n) ^ 3)::numeric, 2), 1 + floor(pg_temp.chance('items', n) ^ 2 * 9)::integer,
       CASE WHEN luck < 0.90 THEN 'paid' WHEN luck < 0.96 THEN 'pending' ELSE 'refunded' END
FROM (SELECT at, n, pg_temp.chance('order status', n) AS luck, pg_temp.busy(at, %(zone)s) AS busy
      FROM (SELECT at, extract(epoch FROM at)::bigint / 30 AS n
            FROM generate_series(%(start)s::timestamptz, %(stop)s::timestamptz, interval '30 seconds') AS at) AS ticks
      WHERE at < %(stop)s) AS candidates
WHERE pg_temp.chance('order', n) < (0.08 + 0.92 * busy) * %(orders_a_day)s / 1040.0
