"""How a publication is called: `P-12` on a page, `P-12 · 7f3a 91c4` where somebody may want to verify it.

The second is the number with the first eight digits of the content's fingerprint, so a number quoted with
it can be told from an invented one. This module alone puts names together and takes them apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_NAME: Final = re.compile(r"(?:P-?)?0*([1-9][0-9]{0,8})", re.IGNORECASE)
_CODE: Final = re.compile(r"P-?0*([1-9][0-9]{0,8})[-· ]*([0-9a-f]{4})[- ]?([0-9a-f]{4})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Code:
    """A number and the first digits of a fingerprint, as somebody typed them."""

    number: int
    digits: str


def name_of(number: int) -> str:
    """ "P-12"."""
    return f"P-{number}"


def short_id(number: int, digest: str) -> str:
    """ "P-12 · 7f3a 91c4": as it is printed beside a number."""
    return f"P-{number} · {digest[:4]} {digest[4:8]}".rstrip()


def code_of(number: int, digest: str) -> str:
    """ "P-12-7f3a91c4": the same, for an address."""
    return f"P-{number}-{digest[:8]}"


def number_in(text: str) -> int | None:
    """The number in "P-12", "p12" or "12"; None where the text is no name of a publication."""
    found = _NAME.fullmatch(text.strip())
    return int(found.group(1)) if found else None


def code_in(text: str) -> Code | None:
    """What is in "P-12 · 7f3a 91c4" or "P-12-7f3a91c4", however it is spaced; None where it is no code."""
    found = _CODE.fullmatch(text.replace("\u00a0", " ").strip())
    return Code(int(found.group(1)), (found.group(2) + found.group(3)).lower()) if found else None
