"""What the central database said a moment ago, so that a refresh asks it nothing.

Where this process changes a row, all that may rest on it is forgotten at once, and the other processes are told to do the
same: see tenants.hearing. Whoever does not hear of it keeps what it knows for KEPT_SECONDS: a revoked membership, a deleted
panel, a sign-out takes effect everywhere within five seconds, whatever happens.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable
from typing import Any, ClassVar, Generic, TypeVar

from django.db import models, transaction
from django.db.models.signals import m2m_changed, post_delete, post_save

from tenants.forks import begin_empty
from tenants.telling import tell_others

KEPT_SECONDS = 4.0  # with a second left for the request that was let in

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
Row = TypeVar("Row", bound=models.Model)


class Known(Generic[Key, Value]):
    """Answers by key, the `most` last used of them. What is not there, None, is asked for every time."""

    _all: ClassVar[list["Known[Any, Any]"]] = []

    def __init__(self, *, most: int) -> None:
        self.most = most
        begin_empty(self._start_empty)
        self._all.append(self)

    def _start_empty(self) -> None:
        self._lock = threading.Lock()
        self._answers: OrderedDict[Key, tuple[float, Value]] = OrderedDict()
        self._changes = 0

    def get(self, key: Key, ask: Callable[[], Value | None]) -> Value | None:
        """The answer kept, or that of `ask`. One that was asked for before a change, and came after it, is not kept."""
        now = time.monotonic()
        with self._lock:
            kept = self._answers.get(key)
            if kept is not None and now < kept[0]:
                self._answers.move_to_end(key)
                return kept[1]
            changes = self._changes
        answer = ask()
        with self._lock:
            if answer is not None and changes == self._changes:
                self._answers[key] = (now + KEPT_SECONDS, answer)
                self._answers.move_to_end(key)
                if len(self._answers) > self.most:
                    self._answers.popitem(last=False)
        return answer

    def forget(self, rests_on: Callable[[Key, Value], bool] = lambda _key, _value: True) -> None:
        """Forget the answers that rest on what has changed."""
        with self._lock:
            self._changes += 1
            for key in [key for key, (_, answer) in self._answers.items() if rests_on(key, answer)]:
                del self._answers[key]


def forget_all() -> None:
    for known in Known._all:
        known.forget()


def forget_on_change(
    model: type[models.Model], forget: Callable[[Any], None], *, others_may_know: Callable[[Any], bool] = lambda _row: True
) -> None:
    """Call `forget(row)` when this process saves or deletes a row of `model`, or links one: now, and once others can see it.

    Other processes are told, unless they cannot know of the row yet. Of rows that are changed in bulk Django tells nobody: the
    model's query set is a KnownQuerySet.
    """

    def changed(sender: Any, instance: Any, **_: Any) -> None:
        _now_and_when_seen(lambda: forget(instance))

    def told(sender: Any, instance: Any, update_fields: Collection[str] | None = None, **_: Any) -> None:
        if others_may_know(instance):
            tell_others(update_fields)

    for signal in (post_save, post_delete):
        signal.connect(changed, sender=model, weak=False)
        signal.connect(told, sender=model, weak=False, dispatch_uid=("told", model))
    for field in model._meta.many_to_many:
        m2m_changed.connect(changed, sender=field.remote_field.through, weak=False)
        m2m_changed.connect(told, sender=field.remote_field.through, weak=False, dispatch_uid=("told", model))


class KnownQuerySet(models.QuerySet[Row]):
    """Of a model on which something known rests: a change of many rows at once takes effect at once too, as that of one does.

    It is rare, and which answers rest on the rows is not asked: all are forgotten.
    """

    def update(self, **values: Any) -> int:
        changed = super().update(**values)
        _now_and_when_seen(forget_all)
        tell_others(values)
        return changed

    def bulk_create(self, *args: Any, **options: Any) -> list[Row]:
        created = super().bulk_create(*args, **options)
        _now_and_when_seen(forget_all)
        tell_others()
        return created

    update.alters_data = bulk_create.alters_data = True  # type: ignore[attr-defined]  # no template may call them


def _now_and_when_seen(forget: Callable[[], None]) -> None:
    """Once more when others can see the change: until then they read, and so come to know, what was."""
    forget()
    transaction.on_commit(forget)
