"""What can be said in one of several ways: a step of a transformation, a mapping, a link, a query."""

from dataclasses import dataclass

from dashboards.editor.shapes import Shape


@dataclass(frozen=True, slots=True)
class Way:
    """`names` are the properties that are said in it, the first of which makes it this way and no other."""

    name: str
    label: str
    names: tuple[str, ...]


_QUERIES = (
    Way("sql", "SQL", ("sql", "min_interval")),
    Way("table", "Table and columns", ("table", "columns", "query", "aggregate", "timestamp")),
    Way("promql", "PromQL", ("promql", "legend", "range", "min_interval")),
    Way("queries", "Several PromQL queries", ("queries", "min_interval")),
)
_MAPPINGS = (
    Way("value", "A value", ("value",)),
    Way("range", "A range", ("range",)),
    Way("regex", "A pattern", ("regex",)),
    Way("special", "Null, NaN and the like", ("special",)),
)
_LINKS = (Way("dashboard", "A dashboard", ("dashboard", "panel", "variables")), Way("url", "An address", ("url",)))
_OF_SOURCE = (Way("sql", "SQL", ("sql",)), Way("promql", "PromQL", ("promql",)))
_BY_MODEL = {"SourceQuery": _OF_SOURCE, "Mapping": _MAPPINGS, "Link": _LINKS}


def ways_of(shape: Shape) -> tuple[Way, ...]:
    """The ways of an object; none where all its properties may stand together."""
    if shape.model == "Transformation":
        return tuple(Way(name, name.replace("_", " ").capitalize(), (name,)) for name in shape.properties)
    if {"sql", "table", "promql", "queries"} <= shape.properties.keys():
        return tuple(Way(one.name, one.label, _names(one, shape)) for one in _QUERIES)
    return _BY_MODEL.get(shape.model, ())


def way_of(said: dict[str, object], chosen: str, ways: tuple[Way, ...]) -> Way:
    """The way that was chosen, else that of which something is said, else the first."""
    by_name = {way.name: way for way in ways}
    given = next((way for way in ways if said.get(way.names[0]) is not None), ways[0])
    return by_name.get(chosen, given)


def belongs(name: str, way: Way, ways: tuple[Way, ...]) -> bool:
    """Whether a property is said in this way; one of none of them is said in all."""
    return name in way.names or not any(name in other.names for other in ways)


def _names(way: Way, shape: Shape) -> tuple[str, ...]:
    """A table lists columns whatever it asks: they say how an answer is shown."""
    columns = shape.properties["columns"]
    return (*way.names, "columns") if columns.kind == "rows" and "columns" not in way.names else way.names
