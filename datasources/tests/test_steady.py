"""What is called steady, held against what PostgreSQL itself says of its functions."""

import psycopg

from conftest import EmbeddedServer
from datasources.compile.steady import STEADY

# Those PostgreSQL calls stable, not immutable. Each rests on the session's zone and styles, which a connection sets, on types or
# on what is stored, and on no clock.
REST_ON_SETTINGS = {
    *("array_to_json", "array_to_string", "concat", "concat_ws", "convert_from", "convert_to", "date", "date_add", "date_part"),
    *("date_subtract", "date_trunc", "enum_first", "enum_last", "enum_range", "extract", "format", "json_agg", "json_agg_strict"),
    *("json_build_array", "json_build_object", "json_object_agg", "json_object_agg_strict", "json_object_agg_unique"),
    *("json_object_agg_unique_strict", "jsonb_agg", "jsonb_agg_strict", "jsonb_build_array", "jsonb_build_object", "length"),
    *("jsonb_object_agg", "jsonb_object_agg_strict", "jsonb_object_agg_unique", "jsonb_object_agg_unique_strict"),
    *("make_timestamptz", "numeric", "overlaps", "pg_collation_for", "pg_column_size", "pg_typeof", "phraseto_tsquery"),
    *("plainto_tsquery", "quote_literal", "quote_nullable", "row_to_json", "timestamp", "timestamptz", "timezone", "to_char"),
    *("to_date", "to_json", "to_jsonb", "to_number", "to_timestamp", "to_tsquery", "to_tsvector", "ts_headline"),
    "websearch_to_tsquery",
}


def test_postgresql_calls_none_of_them_volatile_and_no_other_stable(embedded_server: EmbeddedServer) -> None:
    with psycopg.connect(embedded_server.url("postgres")) as connection:
        found = connection.execute(
            "SELECT provolatile::text, array_agg(DISTINCT proname::text) FROM pg_proc"
            " WHERE proname = ANY (%s) AND pronamespace = 'pg_catalog'::regnamespace GROUP BY 1",
            [sorted(STEADY)],
        ).fetchall()
    names = dict(found)
    assert names.get("v", []) == []
    assert set(names["s"]) <= REST_ON_SETTINGS
