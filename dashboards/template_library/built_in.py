"""The templates that come with the product: files beside this one, read as panels and dashboards in files are."""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from dashboards.as_code.pieces import read_pieces
from dashboards.template_library.template import Document, Need, Placeholder, Template, texts_in

FOLDER = Path(__file__).parent / "documents"


@lru_cache(maxsize=1)
def built_in() -> Mapping[str, Template]:
    """All of them by their ids, dashboards before their panels, by category."""
    found = [template for file in sorted(FOLDER.glob("*.yaml")) for template in read_file(file)]
    return {one.id: one for one in sorted(found, key=lambda one: (one.category, one.kind == "panel"))}


def read_file(file: Path) -> list[Template]:
    """One of the dashboard, and one of each panel by itself, which needs what it names."""
    head, *documents = (piece.plain() for piece in read_pieces(file.read_text(), file.name))
    about: dict[str, Any] = head["template"]
    panels = tuple((one["id"], one["panel"]) for one in documents if "panel" in one)
    boards = [one for one in documents if "dashboard" in one]
    whole = {
        "category": about["category"],
        "language": about["language"],
        "is_platforms": about.get("platform", False),
        "needs": tuple(_needs(about)),
        "placeholders": tuple(Placeholder(**one) for one in about.get("placeholders", [])),
    }
    made = [
        Template(id=one["id"], name=about["name"], about=about["about"], panels=panels, dashboard=one["dashboard"], **whole)
        for one in boards
    ]
    return made + [_of_panel(slug, document, whole) for slug, document in panels]


def _of_panel(slug: str, document: Document, whole: dict[str, Any]) -> Template:
    texts = texts_in(document)
    needs = tuple(one for one in whole["needs"] if _names(texts, one.name))
    used = texts + "".join(one.name for one in needs)
    placeholders = tuple(one for one in whole["placeholders"] if f"@{{{one.name}}}" in used)
    facts = {**whole, "needs": needs, "placeholders": placeholders}
    return Template(slug, document["title"], document.get("description", ""), panels=((slug, document),), **facts)


def _names(texts: str, name: str) -> bool:
    return re.search(rf"(?<![A-Za-z0-9_:]){re.escape(name)}(?![A-Za-z0-9_:])", texts) is not None


def _needs(about: dict[str, Any]) -> list[Need]:
    metrics = [Need("metric", name, means) for name, means in about.get("metrics", {}).items()]
    tables = [Need("table", name, one["about"], tuple(one["columns"].items())) for name, one in about.get("tables", {}).items()]
    return metrics + tables
