"""What pydantic found wrong with a document, in an editor's words, each with its path."""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from dashboards.panels.reading import DocumentError

QUOTE = "'"
TAGGED = frozenset({"variables"})  # lists whose items are of several kinds, told apart by a field of theirs


def errors_of(error: ValidationError, model: type[BaseModel]) -> Iterator[DocumentError]:
    for item in error.errors():
        yield DocumentError(_path(_untagged(item["loc"])), _message(item, model))


def _untagged(steps: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Without the kind that pydantic puts behind the place of each item of TAGGED."""
    if len(steps) > 2 and steps[0] in TAGGED and isinstance(steps[1], int):
        return (*steps[:2], *steps[3:])
    return steps


def _path(steps: tuple[int | str, ...]) -> str:
    path = ""
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else f".{step}"
    return path.removeprefix(".").replace(".[key]", "")


def _message(item: Any, model: type[BaseModel]) -> str:
    context = item.get("ctx", {})
    match item["type"]:
        case "extra_forbidden":
            return f"is not known here; known are {', '.join(_fields_around(item['loc'], model))}"
        case "union_tag_invalid":
            return f"{context['discriminator'].strip(QUOTE)} must be {context['expected_tags'].replace(', ', ' or ')}"
        case "union_tag_not_found":
            return f"{context['discriminator'].strip(QUOTE)} is required"
        case "missing":
            return "is required"
        case "literal_error":
            return f"must be {context['expected']}"
        case "string_pattern_mismatch":
            return f"must match {context['pattern']}"
        case "value_error":
            return str(context["error"])
        case _:
            return item["msg"].replace("Input should", "must").replace("String should", "must")


def _fields_around(steps: tuple[int | str, ...], model: type[BaseModel]) -> list[str]:
    """The fields of the model in which the last step was not one."""
    current, inside = model, list[type[BaseModel]]()
    for step in steps[:-1]:
        if (of_this_kind := next((one for one in inside if step in _tags_of(one)), None)) is not None:
            current = of_this_kind
        elif step in current.model_fields:
            inside = _models_in(current.model_fields[str(step)].annotation)
            current = inside[0] if inside else current
    return list(current.model_fields)


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    """The models inside an annotation such as `list[Threshold] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for argument in get_args(annotation) for found in _models_in(argument)]


def _tags_of(model: type[BaseModel]) -> tuple[Any, ...]:
    """What tells a model from the others that may stand in its place: its kind."""
    return get_args(model.model_fields["kind"].annotation) if "kind" in model.model_fields else ()
