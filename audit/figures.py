"""Events counted for /metrics, and those that could not be kept."""

from prometheus_client import Counter

WRITTEN = Counter("paneldash_audit_events_total", "Audit events written", ["action"])
LOST = Counter("paneldash_audit_lost_total", "Audit events that could not be kept, by why", ["reason"])
