"""A source's error as those who wait for it elsewhere get it."""

from collections.abc import Mapping
from typing import Any

from datasources import errors
from datasources.errors import Lack, QueryFailed, SourceError
from datasources.frame import Frames
from datasources.results.packed import pack, unpack

_KINDS = {name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, SourceError)}


def as_outcome(error: SourceError) -> bytes:
    facts: dict[str, Any] = {"kind": _kind(error), "sentence": error.sentence, "detail": error.detail}
    if error.lack is not None:
        facts["lack"] = [error.lack.kind, error.lack.name]
    retry = getattr(error, "retry_after_seconds", None)
    return pack({}, facts if retry is None else {**facts, "retry_after_seconds": retry})


def _kind(error: SourceError) -> str:
    """What it is to those who wait elsewhere: a source may have finer kinds of its own."""
    return next(kind.__name__ for kind in type(error).__mro__ if kind.__name__ in _KINDS)


def error_of(outcome: bytes) -> SourceError:
    """The error that a leader left for those who waited; where that cannot be read, that there was one."""
    return unpack(outcome, _error) or QueryFailed("The query failed.")


def _error(_: Frames, facts: Mapping[str, Any]) -> SourceError:
    """Raises KeyError, TypeError and ValueError where the facts are not an error's."""
    more: dict[str, Any] = {"detail": str(facts["detail"])}
    if "retry_after_seconds" in facts:
        more["retry_after_seconds"] = float(facts["retry_after_seconds"])
    if "lack" in facts:
        more["lack"] = Lack(*facts["lack"])
    return _KINDS[facts["kind"]](str(facts["sentence"]), **more)
