"""What the admin site did that is no change of a row, by the log it keeps itself: signed somebody out, sent them a link."""

from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models.signals import post_save

from audit.models import Action
from audit.recording import Thing, Told, record


def listen() -> None:
    post_save.connect(_logged, sender=LogEntry, dispatch_uid="audit")


def _logged(instance: LogEntry, created: bool, **_: Any) -> None:
    """An action writes a sentence; a form's change writes a list, and is told of by the rows themselves."""
    if not created or instance.action_flag != CHANGE or instance.change_message.startswith("["):
        return
    model = instance.content_type.model_class() if instance.content_type is not None else None
    kind = model._meta.label_lower if model is not None else ""
    thing = Thing(kind, str(instance.object_id or ""), instance.object_repr)
    record(Told(Action.ADMINISTER, thing=thing, details={"what": instance.change_message}))
