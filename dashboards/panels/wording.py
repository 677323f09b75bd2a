"""What pydantic found wrong with a document, in an editor's words, each with its path."""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from dashboards.panels.reading import DocumentError


def errors_of(error: ValidationError, model: type[BaseModel]) -> Iterator[DocumentError]:
    for item in error.errors():
        yield DocumentError(_path(item["loc"]), _message(item, model))


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
    current = model
    for step in steps[:-1]:
        if step in current.model_fields:
            current = _model_in(current.model_fields[str(step)].annotation) or current
    return list(current.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model inside an annotation such as `list[Threshold] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for argument in get_args(annotation) if (found := _model_in(argument))), None)
