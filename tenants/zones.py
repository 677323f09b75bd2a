"""The time zones there are. Listing them reads hundreds of files, so it is done once.

Those are left out that PostgreSQL takes for something else: for an abbreviation without summer time, or for nothing.
"""

from zoneinfo import available_timezones

READ_OTHERWISE = {"CET", "EET", "MET", "WET", "localtime"}
ZONES = frozenset(available_timezones() - READ_OTHERWISE)
