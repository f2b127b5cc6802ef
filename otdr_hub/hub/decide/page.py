"""The page "Decide" as one frozen object: every text on it, and nothing a template has to work out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.access.models import User
from governance.decisions import selectors
from governance.decisions.board import Board, open_to
from governance.decisions.gates import Found
from governance.decisions.models import LaunchDecision
from governance.decisions.selectors import may_decide
from governance.launch.days import Left
from governance.launch.seats import CHAIR, title
from governance.launch.selectors import Place, business_days_left, certify_by
from otdr_hub.hub.decide.forms import ChairForm, VerdictForm
from otdr_hub.hub.decide.words import (
    KINDS,
    WORDS,
    Due,
    Mark,
    Said,
    day,
    gate_mark,
    is_against,
    kind_words,
    moment,
    said,
    silent_mark,
    verdict_mark,
    way_to,
)
from otdr_hub.hub.market import Standing
from otdr_hub.hub.numbers import HYPHEN, NBSP, fingerprint
from otdr_hub.hub.sentences import join_names
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import Refused


@dataclass(frozen=True, slots=True)
class GateRow:
    """A gate: state, sentence, evidence. `link` is empty where there is no page that says more."""

    title: str
    mark: Mark
    sentence: str
    lines: tuple[str, ...]
    link: str


@dataclass(frozen=True, slots=True)
class SeatCard:
    """A seat: who holds it, who stands in today, what it said."""

    title: str
    holder: str
    deputy: str
    mark: Mark
    said: Said | None
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A radio button; `why_not` is the reason beside one that is off."""

    value: str
    label: str
    means: str
    mark: Mark | None
    is_chosen: bool
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class SeatForm:
    """My seat's form; `why_not` is set, and the rest not, for who has no seat to speak for."""

    why_not: str
    seat: str = ""
    title: str = ""
    launch: int = 0
    choices: tuple[Choice, ...] = ()
    form: VerdictForm = field(default_factory=VerdictForm)
    is_again: bool = False


@dataclass(frozen=True, slots=True)
class ChairSection:
    """The chair's form; `why_not` is why its button is off, `must_name` what the reason has to name."""

    why_not: str
    choices: tuple[Choice, ...]
    must_name: tuple[str, ...]
    form: ChairForm
    seen: str
    is_again: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A decision: its word, its reason, who made it, its fingerprint."""

    number: int
    name: str
    word: str
    reason: str
    by: str
    at: str
    machine: str
    fingerprint: str
    digest: str
    superseded_by: str = ""


@dataclass(frozen=True, slots=True)
class DecidePage:
    """Everything on the page. Without a launch there is nothing but that."""

    launch: str
    at: str
    machine: str
    days: str
    skipped: tuple[str, ...]
    held: str
    call: Call | None
    dissent: tuple[Said, ...]
    gates: tuple[GateRow, ...]
    gates_title: str
    seats: tuple[SeatCard, ...]
    seats_title: str
    conditions: tuple[Due, ...]
    mine: SeatForm
    chair: ChairSection
    superseded: tuple[Call, ...]
    earlier: tuple[Said, ...]
    standing: Standing | None


def decide_page(
    board: Board,
    *,
    reader: User,
    standing: Standing | None,
    verdict: VerdictForm | None = None,
    chair: ChairForm | None = None,
) -> DecidePage:
    """The page of a launch as one person sees it, with what they typed and what was wrong with it."""
    launch, today = board.launch, clock.now().date()
    left = business_days_left(board.plan)
    counted = {one.pk for one in board.verdicts.values()}
    return DecidePage(
        launch=launch.name,
        at=moment(board.plan.moment),
        machine=board.plan.moment.isoformat(),
        days=_days(left, board),
        skipped=tuple(_skipped(left)),
        held=_held(board),
        call=call_of(board.decision) if board.decision else None,
        dissent=tuple(said(one, today) for one in board.verdicts.values() if is_against(one)),
        gates=tuple(gate_row(found, reader) for found in board.gates),
        gates_title=_gates_title(board),
        seats=tuple(_card(place, board, reader, today) for place in board.places),
        seats_title=_seats_title(board),
        conditions=tuple(due for one in board.verdicts.values() for due in said(one, today).conditions),
        mine=_mine(board, reader, verdict),
        chair=_chair(board, reader, chair or ChairForm()),
        superseded=tuple(call_of(one) for one in selectors.superseded(launch)),
        earlier=tuple(said(one, today) for one in selectors.history(launch) if one.pk not in counted),
        standing=standing,
    )


def call_of(decision: LaunchDecision) -> Call:
    """A decision, ready to print."""
    after = getattr(decision, "superseded_by", None)
    return Call(
        number=decision.pk, name=str(decision), word=kind_words(decision.kind)[0], reason=decision.reason,
        by=decision.decided_by.username, at=moment(decision.decided_at),
        machine=decision.decided_at.isoformat(), fingerprint=fingerprint(decision.digest),
        digest=decision.digest, superseded_by=str(after) if after else "",
    )  # fmt: skip


def gate_row(found: Found, reader: User) -> GateRow:
    """A gate, ready to print."""
    gate, mark = found.gate, gate_mark(found.gate.state.value)
    return GateRow(found.title, mark, gate.sentence, gate.lines, way_to(gate.link, reader))


def _days(left: Left, board: Board) -> str:
    number = ngettext("%(days)d business day left", "%(days)d business days left", left.days)
    said_of = {"days": left.days, "by": day(certify_by(board.plan))}
    return f"{number % said_of}. " + _("Everything should be certified by %(by)s.") % said_of


def _skipped(left: Left) -> list[str]:
    found = []
    for item in left.skipped:
        where: dict[str, list[str]] = {}
        for country, name in item.names:
            where.setdefault(name, []).append(country)
        names = join_names([f"{name} ({', '.join(countries)})" for name, countries in where.items()])
        found.append(_("No business day: %(day)s, %(names)s.") % {"day": day(item.day), "names": names})
    return found


def _held(board: Board) -> str:
    check = board.held
    if check is None:
        return ""
    return _("%(what)s Found %(at)s. It stays held until the chair decides anew.") % {
        "what": check.sentence,
        "at": moment(check.checked_at),
    }


def _gates_title(board: Board) -> str:
    total, number = len(board.gates), len(board.not_ok)
    if not number:
        return _("All %(total)d gates hold") % {"total": total}
    return ngettext(
        "%(number)d of %(total)d gates does not hold", "%(number)d of %(total)d gates do not hold", number
    ) % {"number": number, "total": total}


def _seats_title(board: Board) -> str:
    words = {"go": _("go"), "go_with_conditions": _("go with conditions"), "no_go": _("no-go")}
    given = [one.verdict for one in board.verdicts.values()]
    counts = [
        f"{given.count(word)} {name.replace('-', HYPHEN)}" for word, name in words.items() if word in given
    ]
    if board.silent:
        counts.append(_("%(number)d not yet spoken") % {"number": len(board.silent)})
    return f"{NBSP}· ".join(counts) or _("Nobody has a seat yet")


def _card(place: Place, board: Board, reader: User, today: dt.date) -> SeatCard:
    verdict = board.verdicts.get(place.name)
    is_chair = place.name == CHAIR
    mark = verdict_mark(verdict.verdict) if verdict else silent_mark(is_held=place.seat is not None)
    if is_chair and place.seat is not None:
        mark = Mark("final", _("decides"), "mark-silent")
    return SeatCard(
        title=title(place.name),
        holder=place.holder.username if place.holder else "",
        deputy=place.deputy.username if place.deputy else "",
        mark=mark,
        said=said(verdict, today) if verdict else None,
        is_mine=bool(place.may_speak(reader)),
    )


def _mine(board: Board, reader: User, typed: VerdictForm | None) -> SeatForm:
    places = [place for place in board.places if place.may_speak(reader)]
    if not places:
        return SeatForm(_("%(name)s speaks for no seat of this launch.") % {"name": reader.username})
    place = places[0]
    if place.name == CHAIR:
        return SeatForm(_("The chair hears the other seats and then decides, below."))
    form = typed or VerdictForm()
    choices = tuple(
        Choice(word, verdict_mark(word).word, "", verdict_mark(word), word == form.verdict) for word in WORDS
    )
    return SeatForm(
        "", place.name, title(place.name), board.launch.pk, choices, form, place.name in board.verdicts
    )


def _chair(board: Board, reader: User, form: ChairForm) -> ChairSection:
    may = may_decide(board.launch, reader)
    why_not = _("Only the chair decides. %(why)s") % {"why": may.reason} if isinstance(may, Refused) else ""
    return ChairSection(
        why_not=why_not,
        choices=tuple(_kind(board, kind, form.kind) for kind in KINDS),
        must_name=tuple(found.title for found in board.not_ok),
        form=form,
        seen=board.digest,
        is_again=board.decision is not None,
    )


def _kind(board: Board, kind: str, chosen: str) -> Choice:
    answer = open_to(board, kind)
    label, means = kind_words(kind)
    why_not = answer.reason if isinstance(answer, Refused) else ""
    return Choice(kind, label, means, None, kind == chosen and not why_not, why_not)
