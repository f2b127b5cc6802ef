"""What a page needs to leave the screen: its foot on paper, and the ways to take it away."""

from __future__ import annotations

import ctypes
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from otdr_hub.hub.exports.stamp import Absolute, verify_path
from otdr_hub.hub.parts import publication_text
from otdr_hub.hub.reading import Reading
from otdr_hub.hub.sentences import join_names

KINDS = ("csv", "xlsx", "pdf")
_PANGO = (
    ("libpango-1.0.so.0", "libpango-1.0.0.dylib", "libpango-1.0-0.dll"),
    ("libpangoft2-1.0.so.0", "libpangoft2-1.0.0.dylib", "libpangoft2-1.0-0.dll"),
)


@dataclass(frozen=True, slots=True)
class Way:
    """One way to take the page away: a button that leads somewhere."""

    label: str
    address: str
    is_file: bool


@dataclass(frozen=True, slots=True)
class Paper:
    """The foot of a printed page, the buttons under the page, and why one of them is not there."""

    code: str
    verify_at: str
    made: str
    signed: str
    ways: tuple[Way, ...]
    lacking: str
    is_printing: bool


def paper_of(
    reading: Reading, absolute: Absolute, *, code: str = "", made: str = "", is_printing: bool = False
) -> Paper | None:
    """The paper of the hub, or of the market `code`; None while there is no number to take away.

    A page says when it was sent, which is put in when it is (`otdr_hub.hub.stamp`); a file says `made`.
    """
    shown = reading.publication
    if shown is None or not reading.rollup or not reading.markets:
        return None
    signers = dict.fromkeys(
        name
        for market in reading.markets
        if market.code == code or (not code and market in reading.summed)
        for name in market.signed_by
    )
    lacking = pdf_lacks()
    return Paper(
        code=publication_text(shown),
        verify_at=absolute(verify_path(shown)),
        made=made,
        signed=join_names(tuple(signers)),
        ways=_ways(code, [kind for kind in KINDS if kind != "pdf" or not lacking]),
        lacking=lacking,
        is_printing=is_printing,
    )


def _ways(code: str, kinds: Sequence[str]) -> tuple[Way, ...]:
    given = {"code": code} if code else {}
    page = reverse("hub:market" if code else "hub:hub", kwargs=given)
    files = [
        Way(kind.upper(), reverse(f"hub:{'market' if code else 'hub'}_{kind}", kwargs=given), is_file=True)
        for kind in sorted(kinds, key=("pdf", "csv", "xlsx").index)
    ]
    return (Way(_("Print"), f"{page}?print=1", is_file=False), *files)


def pdf_lacks() -> str:
    """What is not installed here and PDF needs, in a sentence; nothing when PDF works."""
    lacking = _lacking()
    return _(lacking) if lacking else ""


@cache
def _lacking() -> str:
    if importlib.util.find_spec("weasyprint") is None:
        return gettext_noop("PDF is not set up here: it needs WeasyPrint (make pdf).")
    if not all(any(_loads(name) for name in names) for names in _PANGO):
        return gettext_noop(
            "PDF is not set up here: it needs Pango (Debian: libpango-1.0-0 and libpangoft2-1.0-0)."
        )
    return ""


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
