"""The templates as docs/templates.md lists them, which a test compares with it."""

from collections.abc import Iterator

from dashboards.template_library.built_in import built_in
from dashboards.template_library.template import Need, Template

BEGIN, END = "<!-- the templates -->", "<!-- the end of the templates -->"
LANGUAGES = {"promql": "Prometheus", "sql": "SQL"}


def listed() -> str:
    """All of them in Markdown: what each dashboard shows, needs and asks for."""
    return "\n".join(line for template in built_in().values() if template.dashboard is not None for line in _lines(template))


def _lines(template: Template) -> Iterator[str]:
    yield f"### {template.name}"
    yield ""
    yield f"{template.about} {LANGUAGES[template.language]}; dashboard `{template.id}`."
    yield ""
    yield "Panels: " + ", ".join(f"*{document['title']}* (`{slug}`)" for slug, document in template.panels) + "."
    yield ""
    values = template.values({})
    for heading, kind in (("metric", "metric"), ("table", "table")):
        needs = [need for need in template.needed(values) if need.kind == kind]
        if needs:
            yield f"| {heading} | what it is |"
            yield "|---|---|"
            yield from map(_row, needs)
            yield ""
    if template.placeholders:
        yield "| to fill in | otherwise |"
        yield "|---|---|"
        yield from (
            f"| {one.label}{f': {one.about[0].lower()}{one.about[1:]}' if one.about else ''} | `{one.default}` |"
            for one in template.placeholders
        )
        yield ""


def _row(need: Need) -> str:
    columns = ", ".join(f"`{name}` {type}" for name, type in need.columns)
    return f"| `{need.name}` | {need.about}{f': {columns}' if columns else ''} |"
