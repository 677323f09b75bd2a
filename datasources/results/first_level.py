"""The results a process holds itself, so that a known one costs no round trip. The least used go first."""

import threading
import time
from collections import OrderedDict

from datasources.results.entry import Entry
from tenants.forks import begin_empty

LARGEST_SHARE = 4  # one result may take this part of the whole


class FirstLevel:
    """Entries by key, `whole_bytes` of them."""

    def __init__(self, *, whole_bytes: int) -> None:
        self._whole_bytes = whole_bytes
        begin_empty(self.clear)

    def clear(self) -> None:
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._bytes = 0

    def get(self, key: str) -> Entry | None:
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None:
                self._entries.move_to_end(key)
            return entry

    def put(self, key: str, entry: Entry) -> None:
        """Keep it, unless a newer one is there or it is too large."""
        with self._lock:
            known = self._entries.get(key)
            is_older = known is not None and entry.asked_at < known.asked_at <= time.time()  # later: by a wrong clock
            if is_older or entry.size > self._whole_bytes // LARGEST_SHARE:
                return
            self._bytes += entry.size - (known.size if known is not None else 0)
            self._entries[key] = entry
            self._entries.move_to_end(key)
            while self._bytes > self._whole_bytes:
                self._bytes -= self._entries.popitem(last=False)[1].size
