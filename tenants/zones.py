"""The time zones there are. Listing them reads hundreds of files, so it is done once."""

from zoneinfo import available_timezones

ZONES = frozenset(available_timezones())
