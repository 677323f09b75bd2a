"""A folder's documents, read and validated: its data sources, panels and dashboards."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from dashboards.as_code.definitions import Definition, Definitions, Reader, twice
from dashboards.as_code.folder import Folder
from dashboards.as_code.pieces import Refusal, Refused, read_pieces
from dashboards.as_code.sources import SourceDefinition, SourceReader, is_source, source_twice


@dataclass(frozen=True, slots=True)
class Whole(Definitions):
    """All of a folder's."""

    sources: tuple[SourceDefinition, ...] = ()


def read_folder(root: Path, *, is_shared: bool, environ: Mapping[str, str] = os.environ) -> Whole:
    """Read every document of a folder. Raises Refused with all that is wrong with any of them."""
    folder = Folder(root)
    refusals: list[Refusal] = []
    items: list[Definition] = []
    sources: list[SourceDefinition] = []
    for name in folder.documents():
        try:
            pieces = read_pieces(folder.text(name), name)
        except Refused as error:
            refusals += error.refusals
            continue
        file_id = PurePosixPath(name).stem if len(pieces) == 1 else ""
        for piece in pieces:
            if is_source(piece):
                source = SourceReader(folder, piece, refusals, environ, is_shared=is_shared).source(file_id=file_id)
                sources += [source] if source is not None else []
                continue
            definition = Reader(folder, piece, refusals, environ, is_shared=is_shared).definition(file_id=file_id)
            items += [definition] if definition is not None else []
    refusals += [*twice(items), *source_twice(sources)]
    if refusals:
        raise Refused(*refusals)
    return Whole(tuple(items), folder.digest(), tuple(sources))
