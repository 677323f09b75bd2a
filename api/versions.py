"""Which version a caller has seen: its tag on an answer, `version` or `If-Match` on a change."""

import re

from django.http import HttpRequest

from api.errors import NotValid
from dashboards.changing import Overtaken
from dashboards.models import Dashboard, Panel, SavedTemplate
from dashboards.panels.document import DocumentError
from datasources.models import DataSource
from tenants.models import Role

TAG = re.compile(r'(?:W/)?"(?P<row>\d{1,19})\.(?P<version>\d{1,10})\.[a-z]+(?:\.[a-z0-9]+)?"')
Versioned = Panel | Dashboard | SavedTemplate | DataSource


def tag_of(row: Versioned, role: Role, also: str = "") -> str:
    """It names the row, its version, and as whom it was read: an editor is told more than a viewer. `also`: what else is told."""
    return f'"{row.pk}.{row.version}.{role.value}{"." if also else ""}{also}"'


def seen_version(request: HttpRequest, row: Versioned, version: int | None, *, is_needed: bool = True) -> int | None:
    """The version a change was made on; None: whichever there is, as `If-Match: *` says, or nothing where none is needed.

    Raises Overtaken where the tag is of another row, or of another version than `version` is.
    """
    tag = request.headers.get("If-Match", "").strip()
    if tag == "*":
        return version
    if not tag:
        if version is None and is_needed:
            raise NotValid([DocumentError("version", "say which version you change, here or by If-Match")])
        return version
    found = TAG.fullmatch(tag)
    if found is None or int(found["row"]) != row.pk or version not in (None, int(found["version"])):
        raise Overtaken(row)
    return int(found["version"])
