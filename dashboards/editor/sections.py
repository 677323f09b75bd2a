"""The form's sections: which part of a document stands where."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from dashboards.editor.node import Node

_PLACES = (
    ("general", "General", ("title", "description", "content")),
    ("query", "Query", ("data_source",)),
    ("display", "Display", ("display",)),
    ("thresholds", "Thresholds", ("display.threshold_mode", "display.thresholds")),
    ("mappings", "Mappings", ("display.status_mapping", "display.mappings")),
    ("overrides", "Overrides", ("display.overrides",)),
    ("transformations", "Transformations", ("transformations",)),
    ("links", "Links", ("links", "display.link")),
    ("time", "Time, drill-down and variables", ("time_range", "refresh_interval", "drill_down", "variables")),
)
_ALWAYS_OPEN = {"general", "query", "display", "thresholds"}


@dataclass(slots=True)
class Section:
    """`is_open`: it is shown at once, because much is done there, something is said, or something is wrong."""

    slug: str
    label: str
    nodes: list[Node] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(node.count for node in self.nodes if node.widget in {"rows", "entries"})

    @property
    def has_errors(self) -> bool:
        return any(node.has_errors for node in self.nodes)

    @property
    def is_open(self) -> bool:
        said = any(one.is_said for node in self.nodes for one in node.walk())
        return self.slug in _ALWAYS_OPEN or said or self.has_errors


def sections_of(root: Node) -> Sequence[Section]:
    """Every node but the type's own once, in the section it belongs to; what belongs to none is in the last."""
    display = next((node for node in root.children if node.path == "display"), None)
    known = {node.path: node for node in (*root.children, *(display.children if display else ())) if node.widget != "nothing"}
    apart = {path for _, _, paths in _PLACES for path in paths if path.startswith("display.")}
    if display is not None:
        display.children = [node for node in display.children if node.path not in apart]
    found = [Section(slug, label, [known.pop(path) for path in paths if path in known]) for slug, label, paths in _PLACES]
    left = [node for node in known.values() if "." not in node.path and node.path != "type"]
    return [section for section in (*found, Section("more", "More", left)) if section.nodes]
