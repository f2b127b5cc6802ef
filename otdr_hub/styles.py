"""One style sheet and one script for the reader, short source files for the writer: joined when collected.

The sources stay apart in `static/otdr/`; what is served is `otdr/pages.css` and, for what open pages do
(`static/otdr/tabs/`), `otdr/tabs.js`, hashed and compressed like every other static file. There is no
build tool, and no generated file that could fall out of step.
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
    "batches", "auth", "people", "decide", "framework", "record", "desk", "signing", "switch", "triage",
    "publications", "tabs", "print",
)  # fmt: skip
"""In the order of the cascade; tokens.css names the layers and comes first."""
JOINED_SCRIPT: Final = "otdr/tabs.js"
SCRIPTS: Final = ("fresh", "ask", "pulse", "renew")
"""In the order in which each uses the ones before it."""


def joined() -> bytes:
    """All sheets, one after the other."""
    return b"\n".join((FOLDER / f"{name}.css").read_bytes() for name in SHEETS)


def joined_script() -> bytes:
    """All scripts of open pages, one after the other."""
    return b"\n".join((FOLDER / "tabs" / f"{name}.js").read_bytes() for name in SCRIPTS)


class JoinedStorage(Storage):
    """Holds what is joined and nothing else; without a time of change, so that it is always copied."""

    prefix = ""

    def _open(self, name: str, mode: str = "rb") -> ContentFile[bytes]:  # noqa: ARG002 (the storage's way)
        return ContentFile(joined_script() if name == JOINED_SCRIPT else joined(), name)

    def path(self, name: str) -> str:  # noqa: ARG002 (collectstatic prints it)
        """Where its sources are."""
        return str(FOLDER)


class JoinedStyles(FileSystemFinder):
    """The project's static files, with its style sheets as one, and the scripts of open pages as one."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[Any]:
        """Every file but the sources, then what they make."""
        for path, storage in super().list(ignore_patterns):
            if not path.endswith(".css") and not path.startswith("otdr/tabs/"):
                yield path, storage
        yield JOINED, JoinedStorage()
        yield JOINED_SCRIPT, JoinedStorage()
