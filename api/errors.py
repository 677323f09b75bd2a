"""What a change can be refused for, and how that is said: each place that is not valid, who was faster, how much is too much."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from ninja.errors import ValidationError

from api.doors import api
from dashboards.changing import Gone, Overtaken, Taken
from dashboards.library.states import NotPrivate
from dashboards.panels.document import DocumentError, DocumentInvalid
from tenants.members import AlreadyMember, LastAdmin

SOURCES = {"body", "query", "path"}


class AlreadyThere(Exception):
    """What should be made is there. The sentence says what."""


class NotValid(Exception):
    """What was sent cannot be, for each of these reasons."""

    def __init__(self, errors: Sequence[DocumentError]) -> None:
        super().__init__("; ".join(map(str, errors)))
        self.errors = errors


@api.exception_handler(ValidationError)
def not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Of a parameter or a field: “limit”: Input should be …"""
    found = [DocumentError(_path(one.get("loc", ())), str(one.get("msg", "not valid"))) for one in error.errors]
    first = found[0]
    return _invalid(request, f"“{first.path or 'parameter'}”: {first.message}.", found)


@api.exception_handler(NotValid)
@api.exception_handler(DocumentInvalid)
def document_invalid(request: HttpRequest, error: Any) -> HttpResponse:
    return _invalid(request, str(error), error.errors)


@api.exception_handler(NotPrivate)
def not_private(request: HttpRequest, error: NotPrivate) -> HttpResponse:
    return _invalid(request, str(error), [DocumentError("is_private", str(error))])


@api.exception_handler(Overtaken)
def overtaken(request: HttpRequest, error: Overtaken) -> HttpResponse:
    facts = {"version": error.version, "changed_by": error.changed_by, "changed_at": error.changed_at}
    return api.create_response(request, {"detail": str(error), **facts}, status=409)


@api.exception_handler(Gone)
def gone(request: HttpRequest, error: Gone) -> HttpResponse:
    return api.create_response(request, {"detail": "It was deleted meanwhile."}, status=404)


@api.exception_handler(LastAdmin)
@api.exception_handler(AlreadyMember)
@api.exception_handler(AlreadyThere)
@api.exception_handler(Taken)
def against_what_is(request: HttpRequest, error: Exception) -> HttpResponse:
    return api.create_response(request, {"detail": str(error)}, status=409)


@api.exception_handler(RequestDataTooBig)
def body_too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return api.create_response(request, {"detail": "What was sent is too large."}, status=413)


def _invalid(request: HttpRequest, detail: str, errors: Sequence[DocumentError]) -> HttpResponse:
    places = [{"path": one.path, "message": one.message} for one in errors]
    return api.create_response(request, {"detail": detail, "errors": places}, status=422)


def _path(steps: Sequence[Any]) -> str:
    """`body.document.title`, as pydantic says it, without where it was sent and the name of our own parameter."""
    kept = list(steps)
    if kept and kept[0] in SOURCES:
        kept = kept[2:] if kept[0] == "body" and len(kept) > 2 else kept[1:] if kept[0] != "query" or len(kept) < 3 else kept[2:]
    return ".".join(str(step) for step in kept)
