"""A line on the terminal that says how far a command is. Silent wherever nobody watches."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

_WIDTH = 24


class Progress:
    """Files and bytes done, drawn anew as each file begins and ends.

    `reading` may be told from another thread how much of the present file has been read.
    """

    def __init__(self, stream: TextIO, paths: Sequence[Path]) -> None:
        self._stream, self._files = stream, len(paths)
        self._total = sum(path.stat().st_size for path in paths if path.is_file())
        self._done = self._bytes = 0
        self._is_watched = stream.isatty()

    def begin(self, path: Path) -> None:
        """This file is read now."""
        self._draw(path.name)

    def reading(self, path: Path, share: float) -> None:
        """So much (0 to 1) of the present file is read."""
        self._draw(path.name, int(share * path.stat().st_size) if path.is_file() else 0)

    def end(self, path: Path) -> None:
        """This file is done, taken or refused."""
        self._done += 1
        self._bytes += path.stat().st_size if path.is_file() else 0
        self._draw("" if self._done < self._files else "done")

    def close(self) -> None:
        """Leave the line as it stands."""
        if self._is_watched:
            self._stream.write("\n")

    def _draw(self, what: str, more: int = 0) -> None:
        if not self._is_watched:
            return
        done = self._bytes + more
        filled = _WIDTH * done // self._total if self._total else 0
        bar = "#" * filled + "." * (_WIDTH - filled)
        sizes = f"{done / 1e6:,.1f} of {self._total / 1e6:,.1f} MB"
        # Carriage return and "erase to the end of the line": the next drawing replaces this one.
        self._stream.write(f"\r[{bar}] {self._done} of {self._files} files, {sizes}  {what[:40]}\x1b[K")
        self._stream.flush()
