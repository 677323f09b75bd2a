"""The macros as an author picks them: how each is called, and what it means."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """`call` is what is written; of its brackets the words are the author's to replace."""

    name: str
    call: str
    means: str


MACROS = (
    Word("timeFilter", "$__timeFilter(column)", "the column lies in the time range"),
    Word("timeGroup", "$__timeGroup(column, $__interval)", "the start of the column's bucket"),
    Word("timeGroupAlias", "$__timeGroupAlias(column, $__interval)", "the same, named time"),
    Word("timeFrom", "$__timeFrom()", "the start of the time range"),
    Word("timeTo", "$__timeTo()", "the end of the time range"),
    Word("interval", "$__interval", "an interval for the range and the panel's width"),
    Word("interval_ms", "$__interval_ms", "the same in milliseconds"),
    Word("time", "$__time(column)", "the column, named time"),
    Word("timeEpoch", "$__timeEpoch(column)", "seconds since 1970, named time"),
    Word("unixEpochFilter", "$__unixEpochFilter(column)", "a column of seconds since 1970 lies in the range"),
    Word("unixEpochGroup", "$__unixEpochGroup(column, $__interval)", "the bucket of a column of seconds"),
    Word("unixEpochGroupAlias", "$__unixEpochGroupAlias(column, $__interval)", "the same, named time"),
    Word("unixEpochFrom", "$__unixEpochFrom()", "the start of the range in seconds since 1970"),
    Word("unixEpochTo", "$__unixEpochTo()", "the end of the range in seconds since 1970"),
    Word("unixEpochNanoFilter", "$__unixEpochNanoFilter(column)", "a column of nanoseconds lies in the range"),
    Word("unixEpochNanoFrom", "$__unixEpochNanoFrom()", "the start of the range in nanoseconds"),
    Word("unixEpochNanoTo", "$__unixEpochNanoTo()", "the end of the range in nanoseconds"),
)

PROM_MACROS = (
    Word("rate_interval", "$__rate_interval", "how far rate() and increase() look back at least: four scrapes, and a step"),
    Word("interval", "$__interval", "the step: for the range, the panel's width and the scrape interval"),
    Word("interval_ms", "$__interval_ms", "the same in milliseconds"),
    Word("range", "$__range", "the length of the time range"),
    Word("range_s", "$__range_s", "the same in seconds"),
    Word("range_ms", "$__range_ms", "the same in milliseconds"),
    Word("from", "$__from", "the start of the time range, in milliseconds since 1970"),
    Word("to", "$__to", "the end of the time range, in milliseconds since 1970"),
    Word("tenant", "$__tenant", "the id of the tenant who looks, which no address can change"),
)
