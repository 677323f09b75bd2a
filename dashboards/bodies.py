"""Fragments as they were sent, for all who would be sent the same: drawn once, and compressed once.

A key says all that a fragment is made of. Nothing personal is in one: no token, no name, no reference to a request.
"""

import random
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from django.conf import settings
from django.http import HttpResponse

from tenants.forks import begin_empty

VARIANTS = 4  # of each: polls are spread by chance, and a fragment has its own next poll in it
FORMS = 3  # a body is held plain, and as large at the most for each way to compress it
OVERHEAD_BYTES = 2_000


@dataclass(frozen=True, slots=True)
class Body:
    """`compressed` holds its compressed forms by encoding; whoever needs one first puts it there."""

    content: bytes
    compressed: dict[str, bytes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.content) * FORMS + OVERHEAD_BYTES


class KnownResponse(HttpResponse):
    """An answer whose compressed forms are kept with it: paneldash.compression makes each once."""

    def __init__(self, body: Body) -> None:
        super().__init__(body.content)
        self.compressed = body.compressed


class Bodies:
    """The bodies of a process, `whole_bytes` of them. The least used go first."""

    def __init__(self, *, whole_bytes: int) -> None:
        self._whole_bytes = whole_bytes
        begin_empty(self.clear)

    def clear(self) -> None:
        self._lock = threading.Lock()
        self._bodies: OrderedDict[Hashable, Body] = OrderedDict()
        self._bytes = 0

    def once(self, key: Hashable, make: Callable[[], bytes]) -> Body:
        """What `make` makes, made once for each of VARIANTS. Two threads may both make it; one of them is kept."""
        key = (key, random.randrange(VARIANTS))  # noqa: S311 - nobody gains by guessing it
        with self._lock:
            if (body := self._bodies.get(key)) is not None:
                self._bodies.move_to_end(key)
                return body
        return self._keep(key, Body(make()))

    def _keep(self, key: Hashable, body: Body) -> Body:
        with self._lock:
            known = self._bodies.setdefault(key, body)
            if known is body:
                self._bytes += body.size
            while self._bytes > self._whole_bytes:
                self._bytes -= self._bodies.popitem(last=False)[1].size
        return known


bodies = Bodies(whole_bytes=settings.DRAWN_BYTES)
