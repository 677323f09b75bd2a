DROP TABLE {schema}.audit_event;
DROP FUNCTION {schema}.audit_drop_before(integer), {schema}.audit_make_partitions(integer), {schema}.audit_place_strays(),
  {schema}.audit_make_partition(timestamp), {schema}.audit_protect(regclass), {schema}.audit_least_days(),
  {schema}.audit_check_new(), {schema}.audit_refuse();
