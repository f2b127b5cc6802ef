"""A look at a text file before it is parsed: is it made of lines like its header's at all?

The parser keeps every line it cannot use in memory (about 2 kB each) and quietly leaves out a line
longer than its buffer, so a gigabyte of something else must be known before. One read of some
kilobytes per MiB is enough for that; what is judged row by row is judged by the parser.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from otdr_hub.lib.outcome import InvalidInputError

# No row of the contract comes near it; half of what the parser takes, so that none escapes.
LONGEST_LINE: Final = 1_048_576
# Beyond this many lines without the header's shape a file is not of its kind, whatever else it holds.
REJECTS: Final = 100_000
_LOOK: Final = 16_384


def _is_csv(columns: int) -> Callable[[bytes], bool]:
    # Quotes may hide commas: such a line is the parser's to judge.
    return lambda line: not line.strip() or b'"' in line or line.count(b",") == columns - 1


def _is_json(line: bytes) -> bool:
    return not line.strip() or line.lstrip().startswith(b"{")


def check_shape(path: Path, columns: int | None) -> None:
    """Raises InvalidInputError when a line is longer than a MiB, or lines without shape prevail.

    `columns` is how many a CSV file's header has; None means one JSON object per line.
    """
    has_shape = _is_csv(columns) if columns is not None else _is_json
    seen = bad = 0
    where = -1
    with path.open("rb") as handle:
        for start in range(0, path.stat().st_size, LONGEST_LINE):
            handle.seek(start)
            look = handle.read(_LOOK)
            if b"\n" not in look and b"\r" not in look:
                _check_length(path, start, handle.read(LONGEST_LINE - _LOOK))
            for line in look.splitlines()[1:-1]:
                seen += 1
                if not has_shape(line):
                    bad += 1
                    where = start if where < 0 else where
    if bad * (LONGEST_LINE // _LOOK) > REJECTS and bad * 2 > seen:
        wanted = _("one JSON object")
        if columns is not None:
            wanted = _("the header's %(number)s columns") % {"number": columns}
        raise InvalidInputError(
            _(
                "%(path)s: most of its lines have not %(wanted)s (look near byte %(where)s); nothing was"
                " taken. It may be of another kind, or use another delimiter than the comma."
            )
            % {"path": path.name, "wanted": wanted, "where": f"{where:,}"}
        )


def _check_length(path: Path, start: int, rest: bytes) -> None:
    if len(rest) == LONGEST_LINE - _LOOK and b"\n" not in rest and b"\r" not in rest:
        raise InvalidInputError(
            _(
                "%(path)s, from byte %(start)s: no line ends within %(longest_line)s bytes, so this is no"
                " row; nothing was taken. Look for a quote that never closes, or a file of another kind."
            )
            % {"path": path.name, "start": f"{start:,}", "longest_line": f"{LONGEST_LINE:,}"}
        )
