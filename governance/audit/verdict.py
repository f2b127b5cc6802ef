"""What is known of the ledger's state without walking it: its signed end, and the last full check.

The full check is `governance.audit.review`, the code of `verify_ledger`. The scheduler makes one every
30 s and a person may ask for one; what each found is kept in the shared cache, for pages to say.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.core.cache import cache
from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from governance.audit.review import Review, review
from governance.ledger import checkpoints, keys
from governance.ledger.models import Entry, Head
from governance.ledger.signed import signed_text
from otdr_hub.lib.outcome import require

_KEY: Final = "ledger-verified"


@dataclass(frozen=True, slots=True)
class Checked:
    """A full check: when it was made, how far it went, what did not hold (nothing: all does)."""

    at: dt.datetime
    entries: int
    signed: int
    facts: int
    problem: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The ledger's end and whether it is the one that was signed; the last full check, if one was made."""

    entries: int
    head: str
    signed: int
    signed_at: dt.datetime | None
    is_signed: bool
    checked: Checked | None


def note(found: Review) -> Checked:
    """Keep what a full check found, for the pages."""
    made = Checked(dt.datetime.now(dt.UTC), found.entries, found.checkpoints, found.facts, found.problem)
    kept = {
        "at": made.at.isoformat(), "entries": made.entries, "signed": made.signed, "facts": made.facts,
        "problem": made.problem,
    }  # fmt: skip
    cache.set(_KEY, json.dumps(kept), timeout=None)
    return made


def verify_now(*, actor: User) -> Checked:
    """Make the full check. Raises NotAllowedError."""
    require(may(actor, "ledger_verify"))
    return note(review())


def last_check() -> Checked | None:
    """The last full check there was."""
    text = cache.get(_KEY)
    if not text:
        return None
    kept = json.loads(text)
    return Checked(**kept | {"at": dt.datetime.fromisoformat(kept["at"])})


def _file() -> Path:
    return checkpoints.folder() / checkpoints.FILE


def verdict() -> Verdict:
    """The end of the chain against the last checkpoint, and the last full check."""
    head = Head.objects.get(pk=1)
    last = checkpoints.last_of(_file()) or {}
    at = last.get("recorded_at")
    return Verdict(
        entries=head.seq,
        head=head.hash,
        signed=int(last.get("seq", 0)),
        signed_at=dt.datetime.fromisoformat(at) if at else None,
        is_signed=(last.get("seq"), last.get("hash")) == (head.seq, head.hash),
        checked=last_check(),
    )


def _checkpoint(seq: int) -> Mapping[str, Any] | None:
    try:
        with _file().open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if f'"seq":{seq},' in line or f'"seq":{seq}}}' in line:
                    item: Mapping[str, Any] = json.loads(line)
                    return item
    except (OSError, ValueError):
        return None
    return None


def checkpoint_words(entry: Entry) -> str:
    """Whether the entry is the one that was signed, in a sentence."""
    item = _checkpoint(entry.seq)
    if item is None:
        return _("It has no checkpoint yet.")
    genuine = keys.verify(
        keys.signer().public, signed_text(item), bytes.fromhex(str(item.get("signature", "")))
    )
    if not genuine:
        return _("Its checkpoint's signature does not match: somebody changed the file of checkpoints.")
    if item.get("hash") != entry.hash:
        return _("It is not the entry that was signed: somebody changed the database.")
    return _("It is the entry that was signed, with the key %(key)s.") % {"key": item.get("key")}
