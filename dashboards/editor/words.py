"""What the form calls the places of a document, where their names alone would not read well."""

import re

LABELS = {
    "sql": "SQL",
    "promql": "PromQL",
    "url": "Address",
    "regex": "Pattern",
    "min": "Minimum",
    "max": "Maximum",
    "y_min": "Lowest value shown",
    "y_max": "Highest value shown",
    "color": "Colour",
    "colors": "Colours of series",
    "link": "Link",
    "new_tab": "In a new tab",
    "data_source": "Data source",
    "source": "Data source",
    "queries": "Queries",
    "query": "Conditions",
    "order_by": "Order by",
    "refresh_interval": "Refresh, in seconds",
    "time_range": "Time range of its own",
    "min_interval": "Least interval",
    "further": "Further queries",
    "drill_down": "Drill-down",
    "name": "Name",
    "content": "Text",
    "multi": "Several may be chosen",
    "all": "All may be chosen at once",
    "all_value": "What stands for all",
    "hidden": "Hidden",
    "auto": "Automatic: about so many buckets",
    "auto_min": "Automatic: none shorter than",
    "source_kind": "Kind of data source",
}
# Whose names mean something else in one model.
IN_MODEL = {
    ("Match", "query"): "Query’s letter",
    ("PromPart", "promql"): "PromQL",
    ("TableColumn", "name"): "Column",
    ("TableColumn", "display"): "Heading",
    ("TextDocument", "content"): "Text (Markdown)",
    ("Transformation", "group_by"): "Group by",
}
ONE_OF = {
    "thresholds": "threshold",
    "mappings": "mapping",
    "overrides": "override",
    "links": "link",
    "transformations": "step",
    "queries": "query",
    "columns": "column",
    "conditions": "condition",
    "colors": "colour",
    "status_mapping": "status",
    "variables": "variable",
    "further": "query",
    "fields": "field",
    "legend": "number",
    "calculate": "calculation",
    "sort": "field",
    "options": "option",
    "select": "field",
    "exclude": "field",
    "rename": "field",
}
WAYS = {"Transformation": "Step", "Mapping": "Of", "Link": "To"}
KEYS = {"colors": "Series", "status_mapping": "Status", "rename": "Field", "further": "Name", "variables": "Variable"}
VALUES = {"colors": "Colour", "variables": "Value", "rename": "New name", "further": "SQL"}
OF_MODEL = {"Option": "Value and text"}  # where a value may be an object of a model
KINDS = {"text": "Text", "number": "Number", "boolean": "Yes or no", "choice": "One of", "object": "In parts", "rows": "List"}


def label_of(name: str, model: str = "") -> str:
    """`y_min` → “Lowest value shown”, `sort_columns` → “Sort columns”."""
    return IN_MODEL.get((model, name)) or LABELS.get(name) or name.replace("_", " ").capitalize()


def one_of(name: str) -> str:
    """What one row of a list is called: “threshold”."""
    return ONE_OF.get(name, "row")


def sentence(text: str) -> str:
    """The first paragraph of what a schema says of a place, on one line."""
    return re.sub(r"\s+", " ", text.strip().split("\n\n")[0])


def suggested(name: str, model: str, format_of: str) -> str:
    """The list of what a field may mean: units, data sources, tables, columns; empty where there is none."""
    if format_of in {"unit", "color"}:
        return f"{format_of}s"
    if name in {"source", "table"} and model.endswith("Source"):
        return f"{name}s"
    of_source = name == "timestamp" and model.endswith("Source")
    if of_source or model in {"SeriesColumns", "Columns"} or (model, name) == ("TableColumn", "name"):
        return "columns"
    return ""
