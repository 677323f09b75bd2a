"""Which of a tenant's sources a panel asks: the one its document names, or a variable's value does."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from dashboards.models import Panel
from dashboards.panels.base import Ask
from dashboards.read import ReadPanel
from datasources.base import OWN, Source
from datasources.errors import ValueMissing
from datasources.sources import Sources, source_of
from datasources.variables import texts_of
from tenants.models import Tenant


def asked_source(tenant: Tenant, panel: Panel, read: ReadPanel, ask: Ask, sources: Sources | None = None) -> Source:
    """The source that a panel's document names, as the tenant has it. Raises SourceError where it has none.

    `sources`: the tenant's, where they have been read before; else those that are known.
    """
    find = partial(source_of, tenant) if sources is None else sources.of
    named = read.document.data_source
    if named is None:
        return find(platform=panel.is_shared)
    slug = named_source(named.source, {**read.document.variables, **ask.variables})
    if panel.is_shared and slug != OWN and _is_anybodys_choice(named.source, slug, read, ask):
        find(slug, platform=False, language=named.language)
    return find(slug, platform=panel.is_shared, language=named.language)


def _is_anybodys_choice(named: str, slug: str, read: ReadPanel, ask: Ask) -> bool:
    """Whether a URL or a tenant's own variable says which source it is: neither the panel does, nor is it offered.

    Whoever asks chooses among those that are open to what tenants make.
    """
    name = named.strip("${}")
    return named.startswith("$") and name not in ask.offered and read.document.variables.get(name) != slug


def named_source(named: str, variables: Mapping[str, Any]) -> str:
    """The slug of a source that may be a variable's value. Raises ValueMissing."""
    if not named.startswith("$"):
        return named
    name = named.strip("${}")
    if name not in variables:
        raise ValueMissing(f"This panel needs a value for “{name}”.")
    slugs = texts_of(variables[name])
    if len(slugs) != 1:
        raise ValueMissing(f"This panel asks one data source: choose one for “{name}”.")
    return slugs[0]
