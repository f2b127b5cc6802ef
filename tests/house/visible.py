"""What somebody sees, or hears read out, of a page; and what of it stands outside of the brackets."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from tests.house.catalogue import OPEN, SHUT

_SPOKEN = frozenset({"aria-label", "title", "alt", "placeholder", "data-refused", "data-failed"})
# No prose: code and digests, what a machine reads, and what is shown as it is stored.
_NO_PROSE = frozenset({"code", "pre", "script", "style", "time", "textarea"})
_VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})


class _Page(HTMLParser):
    """Texts outside of brackets. They may open in one element and shut in another: a sentence with a link."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._skipped: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in _SPOKEN and value and not self._skipped:
                self.found += _outside(value, 0)[0]
        if tag in _NO_PROSE:
            self._skipped.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._skipped and self._skipped[-1] == tag:
            self._skipped.pop()

    def handle_data(self, data: str) -> None:
        said, self._depth = _outside(data, self._depth)
        if not self._skipped:
            self.found += said


def _outside(text: str, depth: int) -> tuple[list[str], int]:
    found = [""]
    for letter in text:
        if letter == OPEN:
            depth += 1
        elif letter == SHUT:
            depth -= 1
            found.append("")
        elif not depth:
            found[-1] += letter
    return [" ".join(one.split()) for one in found if one.strip()], depth


def unmarked(html: str) -> list[str]:
    """Pieces of visible text outside of brackets that hold a word."""
    page = _Page()
    page.feed(html)
    return [text for text in page.found if re.search(r"[^\W\d_]{2}", text)]
