"""The minutes of a decision, read back from what it was decided on. They print on A4."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from governance.decisions import selectors
from governance.decisions.inscope import UNDECIDED
from governance.decisions.models import LaunchDecision
from governance.decisions.own import names_of
from governance.launch.seats import CHAIR, SeatName, title
from otdr_hub.hub.decide.page import Call, GateRow, call_of
from otdr_hub.hub.decide.words import Said, dues, gate_mark, kind_words, moment, verdict_mark
from otdr_hub.hub.numbers import fingerprint
from otdr_hub.lib import digest


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """A priority market and what may be done with it."""

    name: str
    state: str


@dataclass(frozen=True, slots=True)
class SeatRow:
    """Who sat where; for the chair and for whom has said nothing, `said` is None."""

    title: str
    holder: str
    said: Said | None


@dataclass(frozen=True, slots=True)
class KeptProposal:
    """What the framework proposed then, and why it was decided otherwise, where it was. The reasons move with
    figures that nobody certified, so they are for who may see those (`shows_reasons`)."""

    framework: str
    word: str
    reasons: tuple[str, ...]
    shows_reasons: bool
    differs: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class MinutesPage:
    """Everything in the minutes."""

    call: Call
    means: str
    launch: str
    at: str
    supersedes: str
    held: str
    seats: tuple[SeatRow, ...]
    dissent: tuple[Said, ...]
    gates: tuple[GateRow, ...]
    scope: tuple[ScopeRow, ...]
    proposal: KeptProposal | None = None


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _said(item: dict[str, Any], today: dt.date) -> Said:
    at = _moment(item["at"])
    return Said(
        seat=title(item["seat"]), person=item["person"], mark=verdict_mark(item["verdict"]),
        reason=item["reason"], conditions=dues(item["seat"], digest.canonical(item["conditions"]), today),
        appeals=item["appeals"], at=moment(at), machine=at.isoformat(),
    )  # fmt: skip


def _state(item: dict[str, Any]) -> str:
    words = {
        "certified": _("certified"),
        "known_issue": _("known issue, with its disclosure"),
        "excluded": _("excluded by decision"),
        UNDECIDED: _("not decided yet"),
    }
    state = words.get(item["state"], item["state"])
    is_asked = item["state"] in ("certified", "known_issue")
    return _("%(state)s, signatures missing") % {"state": state} if is_asked and not item["signed"] else state


def _proposal(decision: LaunchDecision, reader: User) -> KeptProposal | None:
    """Decisions made before there was a framework keep none."""
    kept = decision.seen["board"].get("proposal")
    if kept is None:
        return None
    reads = bool(may(reader, "measures_read"))
    return KeptProposal(
        kept["policy"], kind_words(kept["kind"])[0], tuple(kept["reasons"]) if reads else (), reads,
        decision.seen.get("differs", ""), fingerprint(kept["digest"]),
    )  # fmt: skip


def minutes_page(decision: LaunchDecision, reader: User) -> MinutesPage:
    """The minutes of one decision as one person reads them, whatever has happened since."""
    kept = decision.seen["board"]
    verdicts = {item["seat"]: item for item in kept["verdicts"]}
    day_of = decision.decided_at.date()
    hold = selectors.hold(decision)
    names = names_of(tuple(item["market"] for item in kept["scope"]))
    before = decision.supersedes
    return MinutesPage(
        call=call_of(decision),
        means=kind_words(decision.kind)[1],
        launch=kept["launch"]["name"],
        at=moment(_moment(kept["launch"]["at"])),
        supersedes=str(before) if before else "",
        held=f"{moment(hold.checked_at)}: {hold.sentence}" if hold else "",
        seats=tuple(
            SeatRow(
                title(name),
                kept["seats"][name] or "",
                _said(verdicts[name], day_of) if name in verdicts else None,
            )
            for name in SeatName.values
            if name != CHAIR
        ),
        dissent=tuple(_said(item, day_of) for item in verdicts.values() if item["verdict"] == "no_go"),
        gates=tuple(
            GateRow(item["title"], gate_mark(item["state"]), item["sentence"], tuple(item["lines"]), "")
            for item in kept["gates"]
        ),
        scope=tuple(ScopeRow(names[item["market"]], _state(item)) for item in kept["scope"]),
        proposal=_proposal(decision, reader),
    )
