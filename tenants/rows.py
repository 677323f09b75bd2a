"""A model's row out of a query that is written by hand."""

import json
from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)


def row_of(model: type[Row], values: Sequence[Any]) -> Row:
    """The row with these values of all the model's columns, in their order. Django has the driver give JSON as text."""
    fields = model._meta.concrete_fields
    read = [
        json.loads(value) if isinstance(field, models.JSONField) and isinstance(value, str) else value
        for field, value in zip(fields, values, strict=True)
    ]
    return model.from_db("default", [field.attname for field in fields], read)
