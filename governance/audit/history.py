"""The ledger as a history: entries by kind, person, market and day, newest first, a page at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from governance.access.models import User
from governance.access.policy import may
from governance.ledger.actions import Action
from governance.ledger.models import Entry
from governance.markets.selectors import names as market_names
from otdr_hub.lib.outcome import InvalidInputError, require

PAGE: Final = 50
MOST: Final = 200
_KINDS: Final = (
    ("versions", gettext_noop("definitions"), ("version",)),
    ("scope", gettext_noop("scope of markets"), ("scope", "rule", "target", "majeure")),
    ("signatures", gettext_noop("signatures"), ("signoff", "requirement")),
    ("launch", gettext_noop("launch and decisions"), ("launch", "seat", "verdict", "decision")),
    ("publications", gettext_noop("publications"), ("publication", "notice")),
    ("switch", gettext_noop("kill switch"), ("shutoff", "restore")),
    ("data", gettext_noop("data and recomputes"), ("batch", "run", "period", "markets")),
    ("people", gettext_noop("people and access"), ("account", "role", "deputy", "token")),
)
KINDS: Final = tuple((code, words) for code, words, _ in _KINDS)
ACTIONS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        code: tuple(action for action in Action.values if action.partition(".")[0] in parts)
        for code, _, parts in _KINDS
    }
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is asked of the history; nothing means everything. `before` is an entry's number."""

    kind: str = ""
    person: str = ""
    market: str = ""
    day: dt.date | None = None
    before: int | None = None
    limit: int = field(default=PAGE)

    @property
    def is_filtered(self) -> bool:
        """Whether something is left out."""
        return bool(self.kind or self.person or self.market or self.day)

    def query(self) -> dict[str, str]:
        """The same as parameters of an address, without the place."""
        day = self.day.isoformat() if self.day else ""
        given = {"kind": self.kind, "person": self.person, "market": self.market, "day": day}
        return {name: value for name, value in given.items() if value}


def _whole(name: str, text: str, most: int) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18 or not 1 <= int(text) <= most:
        raise InvalidInputError(
            _("%(name)s: '%(text)s' is no whole number from 1 to %(most)s.")
            % {"name": name, "text": text[:40], "most": f"{most:,}"}
        )
    return int(text)


def chosen(given: Mapping[str, str]) -> Chosen:
    """The choice in an address. Raises InvalidInputError naming what cannot be asked."""
    known = {"kind", "person", "market", "day", "before", "limit"}
    strange = sorted(given.keys() - known)
    if strange:
        raise InvalidInputError(
            _("'%(strange)s' cannot be asked; ask for %(known)s.")
            % {"strange": strange[0][:40], "known": ", ".join(sorted(known))}
        )
    kind, text = given.get("kind", ""), given.get("day", "")
    if kind and kind not in ACTIONS:
        raise InvalidInputError(
            _("kind: '%(kind)s' is none; use one of %(actions)s.")
            % {"kind": kind[:40], "actions": ", ".join(ACTIONS)}
        )
    try:
        day = dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidInputError(
            _("day: '%(text)s' is no day; write it like 2026-11-20.") % {"text": text[:40]}
        ) from None
    if "\0" in f"{given.get('person', '')}{given.get('market', '')}":
        raise InvalidInputError(_("A name holds no such character."))
    return Chosen(
        kind, given.get("person", "")[:150], given.get("market", "")[:8], day,
        _whole("before", given["before"], 10**17) if given.get("before") else None,
        _whole("limit", given["limit"], MOST) if given.get("limit") else PAGE,
    )  # fmt: skip


def _of_market(code: str) -> Q:
    """Entries about a market: it is the subject, or its code is a value or a scope key of the payload."""
    return Q(subject=code) | Q(payload__contains=f'"{code}"') | Q(payload__contains=f'"{code}/')


def _on(day: dt.date) -> Q:
    """Recorded on that day (UTC), or claimed for it."""
    span = (dt.datetime.combine(day, dt.time.min, dt.UTC), dt.datetime.combine(day, dt.time.max, dt.UTC))
    return Q(recorded_at__range=span) | Q(claimed_at__range=span)


def page(*, asked: Chosen, actor: User) -> tuple[Sequence[Entry], int | None]:
    """(entries, newest first; the `before` of the older ones, or None). Raises NotAllowedError."""
    require(may(actor, "ledger_read"))
    found: QuerySet[Entry] = Entry.objects.order_by("-seq")
    if asked.before is not None:
        found = found.filter(seq__lt=asked.before)
    if asked.kind:
        found = found.filter(action__in=ACTIONS[asked.kind])
    if asked.person:
        found = found.filter(actor=asked.person)
    if asked.market:
        found = found.filter(_of_market(asked.market))
    if asked.day:
        found = found.filter(_on(asked.day))
    rows = list(found[: asked.limit + 1])
    more = len(rows) > asked.limit
    return rows[: asked.limit], rows[asked.limit - 1].seq if more else None


def one(*, seq: int, actor: User) -> Entry | None:
    """An entry by its number. Raises NotAllowedError."""
    require(may(actor, "ledger_read"))
    return Entry.objects.filter(seq=seq).first()


def people() -> list[str]:
    """Whoever may have acted, by account name."""
    return list(User.objects.order_by("username").values_list("username", flat=True))


def markets() -> list[tuple[str, str]]:
    """Code and name of every registered market, in the order of the hub."""
    return list(market_names().items())
