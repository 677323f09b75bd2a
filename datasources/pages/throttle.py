"""How often somebody may have data sources tested: counted with the API's dear calls, over all workers and hosts."""

import math

from django.conf import settings

from datasources.store import StoreDown, store
from tenants.models import User

WINDOW_SECONDS = 60


def seconds_to_wait(user: User) -> int:
    """0: go ahead. Without a store nobody is held up; how many sources are asked at once is bounded all the same."""
    most = settings.API_RATE_DEAR
    if not most:
        return 0
    try:
        counted = store().count(f"calls:dear:{user.pk}", WINDOW_SECONDS)
    except StoreDown:
        return 0
    return max(1, math.ceil(counted.seconds_left)) if counted.total > most else 0
