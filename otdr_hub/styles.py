"""One style sheet for the reader, short source files for the writer: joined when static files are collected.

The sources stay apart in `static/otdr/`; what is served is `otdr/pages.css`, hashed and compressed like
every other static file. There is no build tool, and no generated file that could fall out of step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from django.contrib.staticfiles.finders import FileSystemFinder
from django.core.files.base import ContentFile
from django.core.files.storage import Storage

FOLDER: Final = Path(__file__).resolve().parent / "static" / "otdr"
JOINED: Final = "otdr/pages.css"
SHEETS: Final = (
    "tokens", "base", "reading", "chart", "table", "control", "hub", "about", "market", "carriers", "explore",
    "batches", "auth", "people", "decide", "record", "desk", "signing", "switch", "publications", "print",
)  # fmt: skip
"""In the order of the cascade; tokens.css names the layers and comes first."""


def joined() -> bytes:
    """All sheets, one after the other."""
    return b"\n".join((FOLDER / f"{name}.css").read_bytes() for name in SHEETS)


class JoinedStorage(Storage):
    """Holds the joined sheet and nothing else; without a time of change, so that it is always copied."""

    prefix = ""

    def _open(self, name: str, mode: str = "rb") -> ContentFile[bytes]:  # noqa: ARG002 (the storage's way)
        return ContentFile(joined(), name)

    def path(self, name: str) -> str:  # noqa: ARG002 (collectstatic prints it)
        """Where its sources are."""
        return str(FOLDER)


class JoinedStyles(FileSystemFinder):
    """The project's static files, with its style sheets as one."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[Any]:
        """Every file but the sources, then the sheet they make."""
        for path, storage in super().list(ignore_patterns):
            if not path.endswith(".css"):
                yield path, storage
        yield JOINED, JoinedStorage()
