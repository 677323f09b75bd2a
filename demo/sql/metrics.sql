-- Each server is taken down for 40 minutes every nine days, so that charts have honest gaps.
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
