// The words of PromQL, each function with what it takes, as Prometheus' documentation lists them.

export const AGGREGATIONS = "avg bottomk count count_values group max min quantile stddev stdvar sum topk".split(" ");
const GROUPING = "by without on ignoring group_left group_right".split(" ");
export const KEYWORDS = ["and", "or", "unless", "bool", "offset", "atan2", ...GROUPING];

const VECTOR = `abs acos acosh asin asinh atan atanh ceil cos cosh deg exp floor histogram_avg histogram_count histogram_stddev
  histogram_stdvar histogram_sum ln log10 log2 rad scalar sgn sin sinh sort sort_desc sqrt tan tanh timestamp absent day_of_month
  day_of_week day_of_year days_in_month hour minute month year`;
const RANGE = `rate increase irate delta idelta deriv changes resets avg_over_time min_over_time max_over_time sum_over_time
  count_over_time last_over_time present_over_time stddev_over_time stdvar_over_time mad_over_time absent_over_time`;
const OTHERS = {
  histogram_quantile: "quantile, buckets",
  histogram_fraction: "low, high, buckets",
  quantile_over_time: "quantile, range",
  predict_linear: "range, seconds",
  holt_winters: "range, smoothing, trend",
  label_replace: "vector, to, replacement, from, pattern",
  label_join: "vector, to, separator, from…",
  clamp: "vector, min, max",
  clamp_min: "vector, min",
  clamp_max: "vector, max",
  round: "vector, to",
  vector: "number",
  time: "",
  pi: "",
};

const each = (names, taken) => names.trim().split(/\s+/).map((name) => [name, taken]);

// Name and arguments; those of a range come first where both begin alike.
export const FUNCTIONS = [...each(RANGE, "range"), ...each(VECTOR, "vector"), ...Object.entries(OTHERS)];
