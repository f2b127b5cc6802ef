"""Plotly's own script, served from the installed package: no copy of it is kept in this repository."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import brotli
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

PLOTLY: Final = "plotly/plotly.min.js"
_LARGE: Final = 1_000_000
_QUICK: Final = 9


def _folder() -> Path:
    """Where the package keeps its script; the package itself is not imported for that."""
    spec = find_spec("plotly")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("The package plotly is not installed; install requirements.txt.")
    return Path(spec.submodule_search_locations[0]) / "package_data"


class PlotlyBundle(BaseFinder):
    """One file among the static files, hashed and compressed like every other."""

    def check(self, **_options: Any) -> list[Any]:
        """Nothing to set up, nothing to check."""
        return []

    def find(self, path: str, find_all: bool = False, **_options: Any) -> Any:
        """Its place, for the one path it answers."""
        found = str(_folder() / Path(PLOTLY).name) if path == PLOTLY else None
        return ([found] if found else []) if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:  # noqa: ARG002
        """The script and nothing else of the package."""
        storage = FileSystemStorage(location=str(_folder()))
        storage.prefix = Path(PLOTLY).parent.name  # type: ignore[attr-defined]  # as Django's finders do
        yield Path(PLOTLY).name, storage


class _Compressor(Compressor):  # type: ignore[misc]  # its base is untyped
    """The best compression takes half a minute for a script of this size and saves a tenth."""

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        """As whitenoise does, a little less thorough with what is large."""
        compressed: bytes = brotli.compress(data, quality=_QUICK if len(data) > _LARGE else 11)
        return compressed


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # its base is untyped
    """Hashed names, compressed once."""

    def create_compressor(self, **options: Any) -> Compressor:
        """The one that keeps collecting quick."""
        return _Compressor(**options)
