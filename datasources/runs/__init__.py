"""Closed buckets are kept: an aggregate over time is put together from runs of whole buckets that are known already.

splittable = split(query, zone_name)                        # None: run the query as it is
kept = Runs.from_bytes(stored) if stored else None
ranges = splittable.missing(kept, now=now)
pieces = [(one, run(splittable.at(one))) for one in ranges]  # on one snapshot
joined = splittable.joined(kept, pieces, asked_at=now)       # None: ask for the whole range, and join that to nothing
"""

from datasources.runs.kept import Runs
from datasources.runs.split import split
from datasources.runs.splittable import Joined, Limits, Splittable

__all__ = ["Joined", "Limits", "Runs", "Splittable", "split"]
