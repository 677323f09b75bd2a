"""`manage.py panels schema`: JSON Schema of the files, for editors."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from dashboards.as_code.schema import schema


def describe(parser: CommandParser) -> None:
    parser.add_argument("--json", action="store_true", help="as every command; it is JSON anyway")


def run(command: BaseCommand, **options: Any) -> None:
    command.stdout.write(json.dumps(schema(), indent=2, ensure_ascii=False))
