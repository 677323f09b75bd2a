-- Noise that is the same for the same moment: history can be made in any pieces and still fit together.
CREATE OR REPLACE FUNCTION pg_temp.chance(seed text, at bigint) RETURNS double precision LANGUAGE sql IMMUTABLE
AS $$ SELECT (hashint8extended(at, hashtext(seed)) & 1048575) / 1048576.0::double precision $$;

-- A line that wanders between 0 and 1, smooth over `width` seconds.
CREATE OR REPLACE FUNCTION pg_temp.wander(seed text, at double precision, width double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE
AS $$
    SELECT left_knot + (right_knot - left_knot) * part * part * (3 - 2 * part)
    FROM (SELECT at / width - floor(at / width) AS part,
                 pg_temp.chance(seed, floor(at / width)::bigint) AS left_knot,
                 pg_temp.chance(seed, floor(at / width)::bigint + 1) AS right_knot) AS knots
$$;

-- How busy people are, 0 to 1: office hours in the tenant's zone, weekends quieter.
CREATE OR REPLACE FUNCTION pg_temp.busy(at timestamptz, zone text) RETURNS double precision LANGUAGE sql STABLE
AS $$
    SELECT exp(-power((date_part('hour', local) + date_part('minute', local) / 60 - 14.5) / 4.6, 2))
           * CASE WHEN extract(isodow FROM local) >= 6 THEN 0.35 ELSE 1 END
    FROM (SELECT at AT TIME ZONE zone AS local) AS there
$$;
