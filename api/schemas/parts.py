"""What requests and answers of several resources share."""

from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

Item = TypeVar("Item")

PLAIN = r"^[^\x00-\x1f\x7f]*$"
TEXT = r"^[^\x00]*$"

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$", max_length=63)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=PLAIN, strip_whitespace=True)]
Email = Annotated[str, StringConstraints(min_length=3, max_length=254, pattern=r"^[^\s\x00-\x1f@]+@[^\s\x00-\x1f@]+$")]


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("A NUL cannot be kept.")
    return text


# As TEXT, for long ones: whoever makes one matcher of a pattern and a length of many thousands takes seconds for it.
WITHOUT_NUL = AfterValidator(_without_nul)


class Given(BaseModel):
    """What a caller sends: known fields alone."""

    model_config = ConfigDict(extra="forbid")


class Page(BaseModel, Generic[Item]):
    """A part of a list, by `limit` and `offset`; `count` is how many there are in all."""

    items: list[Item]
    count: Annotated[int, Field(ge=0)]


def example(**fields: Any) -> ConfigDict:
    """A model's configuration with an example for its description."""
    return ConfigDict(json_schema_extra={"examples": [fields]})
