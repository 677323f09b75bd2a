"""What is to be tested: a panel as it is stored, with another query, or as a document that is not saved yet."""

from typing import Any

import orjson

from audit.recording import Thing
from dashboards.checks import check_queries
from dashboards.models import Panel, Shared
from dashboards.panels.document import DocumentError, DocumentInvalid, PanelDocument, read_document
from dashboards.query.draft import with_query
from dashboards.query.editing import read_texts
from dashboards.query.texts import PromTexts, SqlText
from tenants.models import Tenant, User

LONGEST_TEXT = 200_000
RANGES = {"15m": "15 minutes", "1h": "1 hour", "6h": "6 hours", "24h": "24 hours", "7d": "7 days", "30d": "30 days"}


def draft_of(stored: Panel | None, slug: str, document: PanelDocument | None, *, tenant: Tenant | None, by: User) -> Panel:
    """The panel as it would be, not to be saved; without a document, as it is. Raises DocumentInvalid.

    Only what the platform keeps may ask what its panels may: as it is stored, or as a platform admin writes it.
    """
    if document is None:
        if stored is None:
            raise DocumentInvalid(DocumentError("document", "there is no panel of this id yet: say what is to be tested"))
        return stored
    if stored is not None and document.model_dump(mode="json", exclude_unset=True) == stored.document:
        return stored
    is_platforms = by.is_platform_admin and (stored.is_shared if stored is not None else tenant is None)
    if errors := check_queries(document, is_shared=is_platforms):
        raise DocumentInvalid(*errors)
    draft = Panel(slug=slug, scope=Shared.Scope.ALL if is_platforms else Shared.Scope.TENANT, tenant=tenant)
    draft.take(document)
    return draft


def thing_of(panel: Panel) -> Thing:
    """For the audit: one that is not stored has no row."""
    return Thing(panel._meta.label_lower, str(panel.pk or ""), panel.title)


def sent_document(fields: Any, stored: Panel | None) -> PanelDocument | None:
    """What a form sends: a whole `document`, or the stored panel's query, as its editor sends it; None: neither.

    Raises DocumentInvalid and BadRequest.
    """
    document, text = fields.get("document", ""), fields.get("text", "").replace("\r\n", "\n")
    if max(len(document), len(text)) > LONGEST_TEXT or "\x00" in document + text:
        raise DocumentInvalid(DocumentError("document", f"it has at most {LONGEST_TEXT:,} characters, and no NUL among them"))
    if document.strip():
        try:
            return read_document(orjson.loads(document))
        except orjson.JSONDecodeError as error:
            raise DocumentInvalid(DocumentError("document", f"it is no JSON: {error}")) from error
    if stored is not None and "part" in fields:
        return with_query(stored.document, read_texts(fields, PromTexts.language))
    if stored is not None and text:
        return with_query(stored.document, SqlText(text))
    return None


def length_of(text: str, panel: Panel) -> str:
    """How far back is asked: what was chosen, else the panel's own, else six hours."""
    return text if text in RANGES else panel.time_range or "6h"
