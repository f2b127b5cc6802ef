"""Text that a spreadsheet must not take for a formula (OWASP ASVS 5.0, 1.2.10)."""

from __future__ import annotations

import re
from typing import Final

_STARTS: Final = frozenset("=+-@\t\r\n＝＋－＠")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def clean(text: str) -> str:
    """The text without NUL and the control characters that no file format here can hold."""
    return _CONTROL.sub("", text)


def neutral(text: str) -> str:
    """The same, with an apostrophe before what some program would calculate.

    Some cut white space off before they look, and some read full-width signs as their plain ones. A
    lone "-" is a word of ours (no breakout) and calculates nothing.
    """
    kept = clean(text)
    first = kept.lstrip(" \u00a0\u3000\ufeff")[:1]
    return f"'{kept}" if kept != "-" and (first in _STARTS or kept[:1] in _STARTS) and kept else kept
