"""What the description says besides the code: every error of every operation, with an example, and what a tag is about."""

from copy import deepcopy
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.schemas.data import PanelData
from api.schemas.problems import Invalid, Overtaken, Problem, TooLarge
from api.schemas.sources import NotDeleted
from dashboards.document import DashboardDocument
from dashboards.panels import PANEL_TYPES
from datasources.kinds import SOURCE_KINDS

REF = "#/components/schemas/{model}"
REQUEST_ID = "5f2a0c9e7d3b4c1f8a6e0b9d2c4f7a13"

# Status: what it means, its model, and an example.
ERRORS: dict[int, tuple[str, type[Problem], dict[str, Any]]] = {
    400: ("What was sent is not JSON, or holds characters that no text has.", Problem, {"detail": "Cannot parse request body"}),
    401: ("Nobody is signed in, or the token is not valid.", Problem, {"detail": "Please sign in."}),
    403: ("No access to this tenant, whether it exists or not; or the role or the token is not enough.", Problem,
          {"detail": "You have no access to this tenant."}),
    404: ("There is no such thing for this tenant.", Problem, {"detail": "This tenant has no such panel."}),
    409: ("Overtaken by another change, or there already.", Overtaken,
          {"detail": "ada@example.com has changed it on 21 Nov 2026 at 12:40:05 UTC. It is version 8 now.", "version": 8,
           "changed_by": "ada@example.com", "changed_at": "2026-11-21T12:40:05+00:00"}),
    413: ("Too large.", TooLarge,
          {"detail": "There are 2,400,000 rows; an XLSX file holds 1,048,575.", "rows": 2_400_000, "limit": 1_048_575}),
    422: ("Something is not valid; `errors` says where. Or the data source asked is not there.", Invalid,
          {"detail": "“limit”: Input should be less than or equal to 1000.",
           "errors": [{"path": "limit", "message": "Input should be less than or equal to 1000"}]}),
    429: ("Too many calls; `Retry-After` says when to come again.", Problem,
          {"detail": "Too many calls: 600 a minute are allowed. Please wait 12 s."}),
    500: ("The query failed, or PanelDash did.", Problem,
          {"detail": "The panel's query failed.", "request_id": REQUEST_ID}),
    503: ("The tenant's database, or PanelDash's own, cannot be reached now; `Retry-After` says when to try again.", Problem,
          {"detail": "The database cannot be reached.", "request_id": REQUEST_ID}),
    504: ("The query took too long.", Problem,
          {"detail": "The query took longer than 10 s and was stopped.", "request_id": REQUEST_ID}),
}  # fmt: skip
ALWAYS = (400, 401, 403, 422, 429, 500, 503)
CHANGING = (409, 413)
RETRY = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}}
RETRIED = {429, 503}
PANELS = {name: REF.format(model=kind.document.__name__) for name, kind in sorted(PANEL_TYPES.items())}
DOCUMENTS: dict[str, dict[str, Any]] = {
    "panel": {
        "oneOf": [{"$ref": ref} for ref in PANELS.values()],
        "discriminator": {"propertyName": "type", "mapping": PANELS},
    },
    "dashboard": {"$ref": REF.format(model=DashboardDocument.__name__)},
    "settings": {"anyOf": [{"$ref": REF.format(model=kind.settings.__name__)} for kind in SOURCE_KINDS.values()]},
    "secrets": {
        "anyOf": [{"$ref": REF.format(model=kind.secrets.__name__)} for kind in SOURCE_KINDS.values()],
        "description": "They go in and never come out.",
        "writeOnly": True,
    },
}
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "schema": {"type": "string"},
    "description": "The `ETag` of the version the change is made on; `*`: whichever there is.",
}
IF_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "schema": {"type": "string"},
    "description": "The `ETag` of what the caller has: 304 where it is still so.",
}
TAGS = {
    "tenants": "Customers, and how their databases are reached.",
    "members": "Who belongs to a tenant, and as what.",
    "panels": "Panel definitions: a tenant's own, and those shared with it.",
    "data": "What panels show, as JSON and as files.",
    "dashboards": "Panels in their places.",
    "datasources": "What panels ask besides a tenant's own database, and queries tried on it.",
    "templates": "Panels and dashboards made ready: those of the product, of all tenants, and a tenant's own.",
    "me": "The caller: who it is, and what it prefers.",
    "tokens": "Tokens that let programs in.",
}
ABOUT = """\
Everything that the pages show, for programs. Sign in with a session, whose changes carry `X-CSRFToken`, or with
`Authorization: Bearer <token>`. Lists are `{"items": [...], "count": n}`, by `limit` and `offset`. What is created answers
201 with the object. A panel, dashboard or data source has a `version`: a change names the one that it was made on, and is
refused with 409 where somebody else was faster. Errors are `{"detail": "a sentence"}`."""


def problems(*statuses: int, by_version: bool = False) -> dict[str, Any]:
    """An operation's `openapi_extra`: the errors it can answer with, besides those that every operation can.

    `by_version`: it changes what has versions, and takes `If-Match`.
    """
    described: dict[str, Any] = {"responses": {status: response_of(status) for status in (*ALWAYS, *statuses)}}
    return described | {"parameters": [dict(IF_MATCH)]} if by_version else described


def ref_to(model: type[BaseModel]) -> dict[str, str]:
    """Where the description has a model that an operation does not name in code."""
    return {"$ref": REF.format(model=model.__name__)}


def response_of(status: int) -> dict[str, Any]:
    answer = response(*ERRORS[status])
    return answer | {"headers": RETRY} if status in RETRIED else answer


def response(meaning: str, model: type[Problem], shown: dict[str, Any]) -> dict[str, Any]:
    """An error's description with its example."""
    content = {"schema": ref_to(model), "examples": {"problem": {"value": shown}}}
    return {"description": meaning, "content": {"application/json": content}}


class Described(NinjaAPI):
    """The API, whose description leaves out no error, whoever wrote the operation."""

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None) -> OpenAPISchema:
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        components = schema["components"]["schemas"]
        components.update(_models())
        _name_documents(components)
        for operations in schema["paths"].values():
            for method, operation in operations.items():
                _complete(method, operation)
        return schema


def _complete(method: str, operation: dict[str, Any]) -> None:
    described = operation["responses"]
    named = (status for status in described if status >= 400)
    for status in {*ALWAYS, *named, *(CHANGING if method in {"post", "put", "patch", "delete"} else ())}:
        if "example" not in str(described.get(status, "")):
            described[status] = response_of(status)
    if method == "get":
        operation["parameters"].append(dict(IF_NONE_MATCH))
        described.setdefault(304, {"description": "What `If-None-Match` names is still so."})
    operation["responses"] = {status: deepcopy(described[status]) for status in sorted(described)}


def _name_documents(node: Any) -> None:
    """Put the models of the documents where a request has one: it is read by them, but not with the request."""
    if isinstance(node, list):
        for one in node:
            _name_documents(one)
    elif isinstance(node, dict):
        kind = node.pop("x-document", None)
        if kind is not None:
            del node["type"]
            node |= DOCUMENTS[kind]
        for one in node.values():
            _name_documents(one)


def _models() -> dict[str, Any]:
    """The errors, and the documents: the models that no operation names by itself."""
    read: list[type[BaseModel]] = [DashboardDocument, *(kind.document for kind in PANEL_TYPES.values())]
    read += [model for kind in SOURCE_KINDS.values() for model in (kind.settings, kind.secrets)]
    written: list[type[BaseModel]] = [Problem, Invalid, Overtaken, NotDeleted, TooLarge, PanelData]
    _, found = models_json_schema(
        [*((model, "serialization") for model in written), *((model, "validation") for model in read)], ref_template=REF
    )
    return dict(found["$defs"])
