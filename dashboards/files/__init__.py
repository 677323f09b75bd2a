"""The kinds of files that a panel's whole result can be had as."""

from dashboards.files import csv_file, json_file, xlsx_file
from dashboards.files.result import FileKind

FILE_KINDS: dict[str, FileKind] = {kind.name: kind for kind in (csv_file.KIND, xlsx_file.KIND, json_file.KIND)}
