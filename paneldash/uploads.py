"""Files that come with a form: as small as any other body, and kept in memory alone."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import MemoryFileUploadHandler


class SmallFilesHandler(MemoryFileUploadHandler):
    """Django bounds a body without its files; whoever sends one of gigabytes, signed in or not, would fill the disk."""

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *args: Any, **kwargs: Any) -> None:
        """Raises RequestDataTooBig before anything is read."""
        if content_length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig(f"A body of {content_length} bytes is too large.")
        self.activated = True
