"""Static files of two releases in one folder, as while hosts are updated."""

import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import FileSystemStorage

from paneldash.manifest import manifest_of
from paneldash.staticfiles import LargeByBrotli, StaticStorage


@pytest.fixture
def storage_of(settings, tmp_path):
    def make(release: str) -> StaticStorage:
        settings.STATIC_MANIFEST = manifest_of(Path(release))
        return StaticStorage(location=tmp_path / "static", base_url="/static/")

    return make


def collect(storage: StaticStorage, release: Path, **files: str) -> None:
    release.mkdir()
    for name, text in files.items():
        (release / name).write_text(text)
        storage.save(name, (release / name).open("rb"))
    found = {name: (FileSystemStorage(release), name) for name in files}
    assert not [error for *_, error in storage.post_process(found) if isinstance(error, Exception)]


def test_each_release_reads_the_names_of_its_own_files(storage_of, tmp_path):
    collect(storage_of("/opt/old"), tmp_path / "old", gone="old", kept="old")
    collect(storage_of("/opt/new"), tmp_path / "new", kept="new")
    old, new = storage_of("/opt/old"), storage_of("/opt/new")
    assert old.url("gone") != "/static/gone"
    assert old.url("kept") != new.url("kept")
    assert new.hashed_files.keys() == {"kept"}


def test_a_release_whose_files_are_not_collected_has_their_own_names(storage_of, tmp_path):
    collect(storage_of("/opt/old"), tmp_path / "old", kept="old")
    assert storage_of("/opt/new").url("kept") == "/static/kept"


def test_no_chain_of_imports_is_longer_than_collecting_follows():
    """Django gives up with “Max post-process passes exceeded”, and nothing starts."""
    imported = re.compile(r"""(?:from|import)\s*\(?\s*["'](\.[^"']+)["']""")
    scripts = (settings.BASE_DIR / "static/js").rglob("*.js")
    graph = {script: [(script.parent / name).resolve() for name in imported.findall(script.read_text())] for script in scripts}
    order = [*TopologicalSorter(graph).static_order()]  # a ring of imports is an error
    length: dict[Path, int] = {}
    for script in order:
        length[script] = 1 + max((length[one] for one in graph.get(script, [])), default=0)
    assert 5 < max(length.values()) < StaticStorage.max_post_process_passes


def test_what_is_large_is_there_by_brotli_too(tmp_path):
    folder = tmp_path / "vendor"
    folder.mkdir()
    large, small = folder / "large.js", folder / "small.js"
    large.write_text("const large = true;\n" * 16_000)
    small.write_text("const small = true;\n" * 1_000)
    made = [Path(path).name for file in (large, small) for path in LargeByBrotli(quiet=True).compress(str(file))]
    assert made == ["large.js.br", "large.js.gz", "small.js.gz"]
