"""Static files: named after their contents and compressed ahead, or served from where they lie until that is done."""

import os
from typing import Any

from django.conf import settings
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

LARGE_BYTES = 300_000


class LargeByBrotli(Compressor):
    """All by gzip, and what is large and vendored by Brotli too: of all files it takes 26 s, and Plotly is what it spares at."""

    def __init__(self, **options: Any) -> None:
        super().__init__(use_brotli=True, **options)
        self._others = Compressor(use_brotli=False, **options)

    def compress(self, path: str) -> list[str]:
        is_large = path.endswith(".js") and "/vendor/" in path and os.path.getsize(path) >= LARGE_BYTES
        made: list[str] = super().compress(path) if is_large else self._others.compress(path)
        return made


class StaticStorage(CompressedManifestStaticFilesStorage):
    """`collectstatic` writes here. Without its manifest, in tests and in development, names stay as they are."""

    manifest_strict = False
    support_js_module_import_aggregation = True
    keep_only_hashed_files = True
    # A pass for each module of a chain of imports: from an editor's page to CodeMirror's core there are more than Django's five.
    max_post_process_passes = 20

    def __init__(self, *args: Any, **options: Any) -> None:
        self.manifest_name = settings.STATIC_MANIFEST
        super().__init__(*args, **options)

    def stored_name(self, name: str) -> str:
        return super().stored_name(name) if self.hashed_files else name

    def create_compressor(self, **options: Any) -> Compressor:
        return LargeByBrotli(**options)
