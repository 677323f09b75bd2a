"""What was changed, of which row, from what to what: one mechanism for every model that an app wants watched.

An event is written in the transaction of the change. `QuerySet.update` and `bulk_create` tell nobody: whoever uses them
on a watched model says so by itself.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.db import models, transaction
from django.db.models.signals import m2m_changed, post_save, pre_delete, pre_save

from audit.difference import Fields, difference, fields_of, given
from audit.models import Action
from audit.recording import Thing, Told, record
from tenants.models import Tenant

BEFORE = "_audit_before"
LINKS = {"post_add": "after", "post_remove": "before", "post_clear": "before"}


@dataclass(frozen=True, slots=True)
class Watched:
    """`secret` fields are told of without their values, `ignored` ones not at all; `tenant` says whose a row is."""

    secret: frozenset[str]
    ignored: frozenset[str]
    tenant: Callable[[Any], Tenant | None]

    def fields(self, row: models.Model, names: Collection[str] | None = None) -> Fields:
        return fields_of(row, secret=self.secret, ignored=self.ignored, names=names)

    def told(self, action: Action, row: models.Model, before: Fields | None, after: Fields | None) -> Told:
        return Told(action, thing=Thing.of(row), tenant=self.tenant(row), before=before, after=after)


def watch(
    model: type[models.Model], *, secret: Collection[str] = (), ignored: Collection[str] = (),
    tenant: Callable[[Any], Tenant | None] = lambda _row: None,
) -> None:  # fmt: skip
    """Record whatever is created, changed, linked and deleted of a model from now on. For an app's `ready`."""
    watched = Watched(frozenset(secret), frozenset(ignored), tenant)
    _save_in_a_transaction(model)

    def saving(instance: models.Model, raw: bool = False, update_fields: Collection[str] | None = None, **_: Any) -> None:
        names = None if update_fields is None else {*update_fields}
        is_worth_it = not instance._state.adding and (names is None or names - watched.ignored)
        stored = model._base_manager.filter(pk=instance.pk).first() if is_worth_it else None
        instance.__dict__[BEFORE] = None if stored is None else watched.fields(stored, names)

    def saved(instance: models.Model, created: bool, update_fields: Collection[str] | None = None, **_: Any) -> None:
        before = instance.__dict__.pop(BEFORE, None)
        names = None if update_fields is None else {*update_fields}
        if created:
            record(watched.told(Action.CREATE, instance, None, given(watched.fields(instance))))
        elif before is not None:
            was, now = difference(before, watched.fields(instance, names))
            if was or now:
                record(watched.told(Action.CHANGE, instance, was, now))

    def deleting(instance: models.Model, **_: Any) -> None:
        record(watched.told(Action.DELETE, instance, given(watched.fields(instance)), None))

    pre_save.connect(saving, sender=model, weak=False)
    post_save.connect(saved, sender=model, weak=False)
    pre_delete.connect(deleting, sender=model, weak=False)
    for field in model._meta.many_to_many:
        _watch_links(field, watched)


def _watch_links(field: Any, watched: Watched) -> None:
    """Links that have no model of their own; one that has, such as Membership, is watched as that."""
    through = field.remote_field.through
    if through is None or not through._meta.auto_created:
        return

    def linked(instance: Any, action: str, reverse: bool, pk_set: set[Any] | None, model: Any, **_: Any) -> None:
        name = field.remote_field.get_accessor_name() if reverse else field.name
        if action == "pre_clear":
            instance.__dict__[BEFORE] = {*getattr(instance, name).values_list("pk", flat=True)}
        keys = instance.__dict__.pop(BEFORE, set()) if action == "post_clear" else pk_set
        if action in LINKS and keys:
            linked_to = {name: sorted(str(one) for one in model._base_manager.filter(pk__in=keys))}
            before, after = (linked_to if LINKS[action] == side else None for side in ("before", "after"))
            tenant = None if reverse else watched.tenant(instance)
            record(Told(Action.CHANGE, thing=Thing.of(instance), tenant=tenant, before=before, after=after))

    m2m_changed.connect(linked, sender=through, weak=False)


def _save_in_a_transaction(model: type[models.Model]) -> None:
    """Django saves without one where nobody has opened one: then the row could be there without its event."""
    save_base = model.save_base

    @wraps(save_base)
    def saved_whole(self: models.Model, *args: Any, **options: Any) -> None:
        with transaction.atomic(using=options.get("using")):
            save_base(self, *args, **options)

    model.save_base = saved_whole  # type: ignore[method-assign]
