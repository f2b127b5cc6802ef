"""What executives could see at a past moment, answered from the ledger's entries alone.

The entries up to a moment are folded into the state they make true; the rules of visibility, the same
as those of `hub.standing`, are then asked of that state. Nothing is read from a table that moves.

An entry counts from its own moment: the one claimed for it, where a demonstration claims one, else the
database's. Markets, versions and first requirements that stand before it in the chain count as well: a
demonstration sets them up today and then claims a past in which they were there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db.models import Max, Q
from django.db.models.functions import Coalesce

from governance.ledger.models import Entry
from governance.ledger.offline import Replay, Row, State, stands

# What decides who sees what; and what a demonstration sets up before the past it claims.
_TELLING: Final = (
    "markets.", "requirement.", "version.", "signoff.", "scope.", "shutoff.", "publication.", "restore.",
)  # fmt: skip
_SETTING: Final = ("markets.", "requirement.", "version.")
_SHOWABLE: Final = ("certified", "known_issue")


@dataclass(frozen=True, slots=True)
class Published:
    """The publication in force at a moment."""

    number: int
    digest: str
    version: str
    version_name: str
    floor: str
    through: dt.date
    as_of: dt.datetime
    by: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """One market at a moment. `reason` says why it could not be seen, None that it could; `because` says
    who made it so and when, in the entries' own words."""

    code: str
    name: str
    zone: str
    priority: int
    reason: str | None
    since: dt.datetime | None
    because: str
    at: dt.datetime | None
    state: str
    disclosure: str
    signed_by: tuple[str, ...]
    vintage: str
    through: dt.date | None
    as_of: dt.datetime | None
    is_held: bool


@dataclass(frozen=True, slots=True)
class Past:
    """Everything that decided what could be seen at a moment; `entry` is the last one that counted."""

    moment: dt.datetime
    entry: int
    publication: Published | None
    markets: tuple[Standing, ...]


def _time(row: Row) -> dt.datetime:
    return dt.datetime.fromisoformat(row[2] or row[1])


def state_at(rows: Sequence[Row], moment: dt.datetime) -> tuple[int, State]:
    """(the last entry that counts, the state made true) at a moment, from the entries in order."""
    happened = [row[0] for row in rows if _time(row) <= moment]
    last, replay = max(happened, default=0), Replay()
    for row in rows:
        if _time(row) <= moment or (row[0] < last and row[4].startswith(_SETTING)):
            replay.fold(row)
    return last, replay.state


def _moment(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _published(state: State) -> tuple[Published | None, Mapping[str, Any]]:
    found = state.get("publications", {})
    if not found:
        return None, {}
    name = max(found, key=lambda key: int(key.removeprefix("P-")))
    item = found[name]
    version = state["versions"][item["version"]]
    return (
        Published(
            int(name.removeprefix("P-")), item["digest"], item["version"], version["name"], version["floor"],
            dt.date.fromisoformat(item["through"]), dt.datetime.fromisoformat(item["as_of"]),
            item["by"], dt.datetime.fromisoformat(item["at"]),
        ),
        item["lines"],
    )  # fmt: skip


def _decisions(state: State, code: str) -> list[Mapping[str, Any]]:
    """A market's decisions in the order they were made."""
    mine = [pair for pair in state.get("decisions", {}).items() if pair[0].startswith(f"{code}/-/- #")]
    return [item for _, item in sorted(mine, key=lambda pair: int(pair[0].partition("#")[2]))]


def _off(state: State, code: str) -> list[Mapping[str, Any]]:
    """The shutoffs in effect that reach a market as a whole, the oldest first."""
    shutoffs = state.get("shutoffs", {})
    keys = (f"{code}/-/-", "global/-/-")
    reach = [item for key, item in shutoffs.items() if key.split(" #")[0] in keys and "lifted" not in item]
    return sorted(reach, key=lambda item: str(item["at"]))


def _signers(state: State, digest: str) -> tuple[str, ...]:
    given = state.get("signatures", {}).get(digest, {}).values()
    good = [one for one in given if one["verdict"] in ("approve", "except") and not one["withdrawn"]]
    return tuple(sorted({one["role"] for one in good}))


def _reason(state: State, code: str, line: Sequence[Any], version: str, today: dt.date) -> str | None:
    """Why a market could not be seen; the same questions in the same order as `hub.standing`."""
    decisions = _decisions(state, code)
    if _off(state, code):
        return "switched_off"
    if not decisions:
        return "undecided"
    newest = decisions[-1]
    if newest["state"] == "excluded":
        return "excluded"
    named = [item for item in decisions if item["digest"] == line[1] and item["state"] in _SHOWABLE]
    if not named:
        return "undecided" if stands(state, "scope", newest["digest"]) else "needs_signing"
    return _lapsed(state, newest, named[-1], (line, version, today))


def _lapsed(
    state: State,
    newest: Mapping[str, Any],
    shown: Mapping[str, Any],
    published: tuple[Sequence[Any], str, dt.date],
) -> str | None:
    """Why what was published as decided could not be seen any more, or None. `published` is the line, the
    publication's version and the day asked about."""
    line, version, today = published
    if newest["state"] != shown["state"]:
        return "needs_signing"
    if shown["state"] == "known_issue" and dt.date.fromisoformat(shown["review_on"]) <= today:
        return "excluded"
    moved = shown["version"] != version or line[2] < shown["through"]
    return "needs_signing" if moved or not stands(state, "scope", shown["digest"]) else None


def _because(state: State, code: str, reason: str | None) -> tuple[str, str | None]:
    """(who made it so, when) of a market's standing."""
    off, decisions = _off(state, code), _decisions(state, code)
    if reason == "switched_off":
        why = f": {off[0]['reason']}" if off[0]["reason"] else ""
        return f"{off[0]['by']}, {off[0]['category'].replace('_', ' ')}{why}", off[0]["at"]
    if not decisions:
        return "", None
    newest = decisions[-1]
    why = f": {newest['reason']}" if newest["reason"] else ""
    return f"{newest['by']}, {newest['state'].replace('_', ' ')}{why}", newest["at"]


def _standing(state: State, code: str, line: Sequence[Any], version: str, moment: dt.datetime) -> Standing:
    about = state["markets"][code]
    reason = _reason(state, code, line, version, moment.astimezone(dt.UTC).date())
    because, at = _because(state, code, reason)
    decisions = _decisions(state, code)
    excluded = bool(decisions) and decisions[-1]["state"] == "excluded"
    since = at if reason == "switched_off" or excluded else None
    named = [item for item in decisions if item["digest"] == line[1]]
    decision = named[-1] if named and reason is None else {}
    return Standing(
        code, about["name"], about["zone"], about["priority"], reason, _moment(since), because, _moment(at),
        decision.get("state", ""), decision.get("disclosure", ""),
        _signers(state, line[1]) if reason is None else (),
        line[0], _day(line[2]), _moment(line[3]), bool(line[4]),
    )  # fmt: skip


def past(rows: Sequence[Row], moment: dt.datetime) -> Past:
    """What could be seen at a moment (aware), from the ledger's entries in order. Reads nothing else."""
    last, state = state_at(rows, moment)
    publication, lines = _published(state)
    version = publication.version if publication else ""
    nothing = ("", "", None, None, False)
    markets = [
        _standing(state, code, lines.get(f"{code}/-/-", nothing), version, moment)
        for code in state.get("markets", {})
    ]
    return Past(moment, last, publication, tuple(sorted(markets, key=lambda one: (one.priority, one.code))))


def entries(moment: dt.datetime) -> Iterator[Row]:
    """The entries that decide what could be seen at a moment, in order, as they are read.

    Who was given which role, what was taken in and computed, verdicts and locks decide nothing of it, and
    what came later neither: none of that is read.
    """
    telling = reduce(or_, (Q(action__startswith=kind) for kind in _TELLING))
    setting = reduce(or_, (Q(action__startswith=kind) for kind in _SETTING))
    found = Entry.objects.filter(telling, payload__contains='"facts":').annotate(
        happened=Coalesce("claimed_at", "recorded_at")
    )
    last = found.filter(happened__lte=moment).aggregate(last=Max("seq"))["last"] or 0
    rows = found.filter(Q(happened__lte=moment) | setting, seq__lte=last).order_by("seq")
    for seq, at, claimed, actor, action, subject, payload, before, own in rows.values_list(
        "seq", "recorded_at", "claimed_at", "actor", "action", "subject", "payload", "prev_hash", "hash"
    ).iterator():
        when = claimed.isoformat() if claimed else None
        yield (seq, at.isoformat(), when, actor, action, subject, payload, before, own)


def seen_at(moment: dt.datetime) -> Past:
    """What could be seen at a moment (aware), by the record of this installation."""
    return past(list(entries(moment)), moment)
