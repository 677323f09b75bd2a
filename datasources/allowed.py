"""What a query may be made of: PostgreSQL's own functions, types and operators that only compute. The rest is refused.

Left out on purpose, beside all that reads files, settings, catalogs or other sessions: what runs SQL from a string
(query_to_xml, ts_stat, ts_rewrite), XML, array_fill, and the reg* types, whose input looks names up in the catalogs.
Chapters are those of the PostgreSQL 18 manual, section 9; older servers know fewer of the names.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_MATHEMATICS = _words("""
    abs acos acosd acosh asin asind asinh atan atan2 atan2d atand atanh cbrt ceil ceiling cos cosd cosh cot cotd
    degrees div erf erfc exp factorial floor gamma gcd lcm lgamma ln log log10 min_scale mod pi pow power radians
    random random_normal round scale sign sin sind sinh sqrt tan tand tanh trim_scale trunc width_bucket
""")
_TEXT = _words("""
    ascii bit_length btrim casefold char_length character_length chr concat concat_ws format initcap is_normalized
    left length like_escape lower lpad ltrim md5 normalize octet_length overlay parse_ident position quote_ident
    quote_literal quote_nullable regexp_count regexp_instr regexp_like regexp_match regexp_replace
    regexp_split_to_array regexp_substr repeat replace reverse right rpad rtrim similar_escape similar_to_escape
    split_part starts_with strip string_to_array strpos substr substring to_ascii to_bin to_char to_date to_hex
    to_number to_oct to_timestamp translate unicode_assigned unistr upper
""")
_BINARY = _words("""
    bit_count convert_from convert_to crc32 crc32c decode encode get_bit get_byte hashtext set_bit set_byte sha224
    sha256 sha384 sha512
""")
_TIME = _words("""
    age clock_timestamp date date_add date_bin date_part date_subtract date_trunc extract isfinite justify_days
    justify_hours justify_interval make_date make_interval make_time make_timestamp make_timestamptz now overlaps
    statement_timestamp timeofday timestamp timestamptz timezone transaction_timestamp
""")
_TEXT_SEARCH = _words("""
    array_to_tsvector numnode phraseto_tsquery plainto_tsquery querytree setweight to_tsquery to_tsvector ts_delete
    ts_filter ts_headline ts_rank ts_rank_cd tsquery_phrase tsvector_to_array websearch_to_tsquery
""")
_JSON = _words("""
    array_to_json json_array_length json_build_array json_build_object json_extract_path json_extract_path_text
    json_object json_populate_record json_strip_nulls json_to_record json_typeof jsonb_array_length jsonb_build_array
    jsonb_build_object jsonb_extract_path jsonb_extract_path_text jsonb_insert jsonb_object jsonb_path_exists
    jsonb_path_exists_tz jsonb_path_match jsonb_path_match_tz jsonb_path_query_array jsonb_path_query_array_tz
    jsonb_path_query_first jsonb_path_query_first_tz jsonb_populate_record jsonb_pretty jsonb_set jsonb_set_lax
    jsonb_strip_nulls jsonb_to_record jsonb_typeof row_to_json to_json to_jsonb
""")
_ARRAYS_AND_RANGES = _words("""
    array_append array_cat array_dims array_length array_lower array_ndims array_position array_positions
    array_prepend array_remove array_replace array_reverse array_sample array_shuffle array_sort array_to_string
    array_upper cardinality datemultirange daterange int4multirange int4range int8multirange int8range isempty
    lower_inc lower_inf multirange nummultirange numrange range_merge trim_array tsmultirange tsrange tstzmultirange
    tstzrange upper_inc upper_inf
""")
_GEOMETRY_AND_NETWORK = _words("""
    abbrev area bound_box box broadcast center circle diagonal diameter family height host hostmask inet_merge
    inet_same_family isclosed isopen line lseg macaddr8_set7bit masklen netmask network npoints path pclose point
    polygon popen radius set_masklen slope width
""")
_OTHER = _words("""
    enum_first enum_last enum_range float4 float8 gen_random_uuid int2 int4 int8 num_nonnulls num_nulls numeric
    pg_collation_for pg_column_size pg_size_bytes pg_size_pretty pg_typeof text uuid_extract_timestamp
    uuid_extract_version uuidv4 uuidv7
""")

AGGREGATES = _words("""
    any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp every json_agg
    json_agg_strict json_object_agg json_object_agg_strict json_object_agg_unique json_object_agg_unique_strict
    jsonb_agg jsonb_agg_strict jsonb_object_agg jsonb_object_agg_strict jsonb_object_agg_unique
    jsonb_object_agg_unique_strict max min mode percentile_cont percentile_disc range_agg range_intersect_agg
    regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy stddev stddev_pop
    stddev_samp string_agg sum var_pop var_samp variance
""")
WINDOW_FUNCTIONS = _words("""
    cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number
""")
SET_RETURNING = _words("""
    generate_series generate_subscripts json_array_elements json_array_elements_text json_each json_each_text
    json_object_keys json_populate_recordset json_to_recordset jsonb_array_elements jsonb_array_elements_text
    jsonb_each jsonb_each_text jsonb_object_keys jsonb_path_query jsonb_path_query_tz jsonb_populate_recordset
    jsonb_to_recordset regexp_matches regexp_split_to_table string_to_table unnest
""")
SCALARS = _MATHEMATICS | _TEXT | _BINARY | _TIME | _TEXT_SEARCH | _JSON | _ARRAYS_AND_RANGES | _GEOMETRY_AND_NETWORK | _OTHER
FUNCTIONS = SCALARS | AGGREGATES | WINDOW_FUNCTIONS | SET_RETURNING

# Functions of fuzzystrmatch, hstore, pg_trgm, unaccent and timescaledb that only compute. A tenant's own function of
# the same name takes one off its policy.
EXTENSION_FUNCTIONS = _words("""
    akeys avals daitch_mokotoff difference dmetaphone dmetaphone_alt each first histogram hstore_to_json hstore_to_jsonb
    interpolate last levenshtein levenshtein_less_equal locf metaphone similarity skeys soundex svals time_bucket
    time_bucket_gapfill unaccent
""")

# Those whose answer is a row, so that a field taken from it is a column and no call.
ROW_FUNCTIONS = _words("""
    json_each json_each_text json_populate_record json_populate_recordset json_to_record json_to_recordset jsonb_each
    jsonb_each_text jsonb_populate_record jsonb_populate_recordset jsonb_to_record jsonb_to_recordset
""")
# Those whose one column in FROM is called `value`, whatever the alias.
VALUE_FUNCTIONS = _words("json_array_elements json_array_elements_text jsonb_array_elements jsonb_array_elements_text")

# Built-in functions and casts of one argument with effects or secrets: never the name of a field.
FIELD_FUNCTION_PREFIXES = ("pg_", "lo_", "to_reg", "binary_upgrade_", "brin_", "gin_", "dblink")
FIELD_FUNCTIONS = _words("""
    aclexplode amvalidate current_schemas current_setting currval mxid_age nextval obj_description row_security_active
    setseed shobj_description ts_debug ts_stat ts_token_type txid_status xml xml_is_well_formed fmgr_c_validator
    fmgr_internal_validator fmgr_sql_validator plpgsql_validator regclass regcollation regconfig regdatabase
    regdictionary regnamespace regoper regoperator regproc regprocedure regrole regtype
""")
# How types are read and written: `reg…` look names up in catalogs, aclitem among roles; none is of use to a panel.
FIELD_FUNCTIONS |= {
    f"reg{kind}{end}"
    for kind in _words("class collation config database dictionary namespace oper operator proc procedure role type")
    for end in ("in", "out", "recv", "send")
} | _words("""
    aclitemin aclitemout anyarray_out anyarray_send anycompatiblearray_out anycompatiblearray_send anycompatiblemultirange_out
    anycompatiblerange_out anyenum_out anymultirange_out anyrange_out array_out array_send bpcharsend cash_in cash_out
    cstring_send date_in date_out enum_out enum_send interval_out multirange_out multirange_send namesend oidvectortypes
    range_out range_send record_out record_send textsend timestamp_out timestamptz_out varcharsend xml_in xml_send
""")

TYPES = _words("""
    bool int2 int4 int8 smallint integer bigint float4 float8 real numeric decimal money text varchar bpchar char name
    bytea date time timetz timestamp timestamptz interval json jsonb jsonpath uuid inet cidr macaddr macaddr8 bit
    varbit point line lseg box path polygon circle tsvector tsquery oid int4range int8range numrange tsrange tstzrange
    daterange int4multirange int8multirange nummultirange tsmultirange tstzmultirange datemultirange
""")

OPERATORS = _words("""
    + - * / % ^ |/ ||/ @ & | # ~ << >> < > <= >= = <> != || ~~ !~~ ~~* !~~* ~* !~ !~* -> ->> #> #>> @> <@ ? ?| ?& @?
    @@ @@@ #- && -|- &< &> <-> ~>=~ ~<=~ ~>~ ~<~ ^@ <% %> <<% %>> <<-> <->> <<<-> <->>> <<= >>= ~= |>> <<| &<| |&> ?#
    ?- ?-| ?|| ## <^ >^ !! @-@
""")

SAMPLE_METHODS = _words("bernoulli system")

# What shared panels kept by the platform may read of a server's own figures.
STATISTICS_VIEWS = _words("pg_stat_database pg_stat_user_tables pg_stat_user_indexes pg_statio_user_tables pg_stat_bgwriter")
