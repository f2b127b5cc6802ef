"""Carrying a decision out: what it leaves out is excluded and the next publication is made, in one act.

Both are the services' own acts, with their own entries; here they are only done together, on what was seen.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Final, Self

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from governance.decisions import board as boards
from governance.decisions.board import Board
from governance.decisions.models import LaunchDecision
from governance.decisions.selectors import may_decide
from governance.launch.models import Launch
from governance.ledger import services as ledger
from governance.markets.models import Market
from governance.models import Publication
from governance.scope.states import ExclusionReason, ScopeState
from otdr_hub.hub.decide.hypothetical import Words, left_out
from otdr_hub.hub.desk import deciding
from otdr_hub.hub.desk.decide_page import EffectRow
from otdr_hub.hub.desk.decide_page import effect_rows as effect_table
from otdr_hub.hub.desk.forms import Choice, clean
from otdr_hub.hub.desk.publishing import Offer, offer, publish
from otdr_hub.lib import clock, digest, weeks
from otdr_hub.lib.outcome import ConflictError, DomainError, InvalidInputError, MovedError, require

# When a market that is left out is looked at again, where nobody says otherwise.
REVIEW_AFTER: Final = dt.timedelta(days=14)
_TYPED: Final = ("reason", "more", "owner", "review_on", "seen")


@dataclass(frozen=True, slots=True)
class CarryForm:
    """What was typed about the markets that are left out. `wrong` is the sentence why it was refused."""

    reason: str = ""
    more: str = ""
    owner: str = ""
    review_on: str = ""
    seen: str = ""
    is_draft: bool = False
    wrong: str = ""

    @classmethod
    def typed(cls, given: QueryDict) -> Self:
        """From a request, or from what was kept while somebody proved who they are."""
        reason, more, owner, review_on, seen = (clean(given.get(name, "")).strip() for name in _TYPED)
        return cls(reason, more, owner, review_on, seen)

    def with_error(self, error: DomainError) -> Self:
        """The same, saying what was wrong."""
        return replace(self, wrong=str(error))

    @property
    def day(self) -> dt.date | None:
        """The review date; None where none is given, or it cannot be read."""
        try:
            return dt.date.fromisoformat(self.review_on)
        except ValueError:
            return None

    @property
    def text(self) -> str:
        """The reason as it is stored: one of the closed words, and what was typed beside it."""
        return f"{self.reason}: {self.more}" if self.more else self.reason

    def words(self) -> Words:
        """What a preview says of the markets left out."""
        return Words(self.text, self.owner, self.day)


@dataclass(frozen=True, slots=True)
class Carrying:
    """What carrying out a decision would do now; `stand` is None where no market is left out any more."""

    decision: LaunchDecision
    markets: tuple[str, ...]
    choice: Choice
    stand: deciding.Ground | None
    offered: Offer

    @property
    def fingerprint(self) -> str:
        """Names what was seen: decision, effect table, what would be published."""
        return digest.of({
            "decision": self.decision.digest, "effect": self.stand and self.stand.fingerprint,
            "offer": self.offered.fingerprint,
        })  # fmt: skip


def effect_rows(board: Board, reader: User) -> tuple[EffectRow, ...]:
    """What the roll-up is with and without the markets that may not be shown, before anything is decided; for
    who decides scope. Nothing where there is nothing to compare."""
    codes = left_out(board)
    if not codes or not may(reader, "scope_decide"):
        return ()
    try:
        week = weeks.label(offer("", reader).candidate.through)
        stand = deciding.ground(Choice(markets=codes, week=week, state=ScopeState.EXCLUDED), reader)
    except (ConflictError, InvalidInputError):
        return ()
    return effect_table(stand, dict(Market.objects.values_list("code", "name")))


def closed_words() -> tuple[str, ...]:
    """The reasons readers of the hub may be told."""
    return tuple(str(one.label) for one in ExclusionReason)


def carrying(board: Board, form: CarryForm, actor: User) -> Carrying:
    """Look at it without doing it. Raises ConflictError where there is nothing to carry out."""
    decision = board.decision
    if decision is None or decision.kind == LaunchDecision.Kind.BLOCK:
        raise ConflictError(_("Nothing is decided to be launched, so there is nothing to carry out."))
    if board.held is not None:
        raise ConflictError(_("The decision is held by a new fact; decide anew first."))
    offered = offer("", actor)
    partial = decision.kind == LaunchDecision.Kind.LAUNCH_PARTIAL
    codes = left_out(board) if partial else ()
    choice = Choice(
        markets=codes, week=weeks.label(offered.candidate.through), state=ScopeState.EXCLUDED,
        reason=form.text, owner=form.owner, review_on=form.review_on,
    )  # fmt: skip
    stand = deciding.ground(choice, actor) if codes else None
    return Carrying(decision, codes, choice, stand, offered)


def carry_out(*, launch: Launch, form: CarryForm, actor: User) -> Publication:
    """Exclude what the decision leaves out and publish, all of it or nothing.

    Raises MovedError when anything is no longer as it was seen. The departments are asked to sign the
    exclusions; they hide at once all the same.
    """
    require(may_decide(launch, actor))
    with transaction.atomic():
        ledger.order_visibility()
        plan = carrying(boards.read(launch), form, actor)
        if plan.fingerprint != form.seen:
            raise MovedError(_("What would be carried out has changed since it was looked at; look again."))
        if plan.stand is not None:
            _check(form)
            deciding.decide(replace(plan.choice, seen=plan.stand.fingerprint), actor=actor)
        return publish(weeks.label(plan.offered.candidate.through), seen=None, actor=actor)


def _check(form: CarryForm) -> None:
    if form.reason not in closed_words():
        raise InvalidInputError(_("Choose why these markets are left out: readers are told in these words."))
    if not form.owner:
        raise InvalidInputError(_("Name who answers for the markets that are left out."))
    if form.day is None:
        raise InvalidInputError(_("Write the day on which it is looked at again, like 2026-12-24."))


@dataclass(frozen=True, slots=True)
class CarrySection:
    """The section on the page; `done` says what it has come to where nothing is left to be done."""

    title: str
    markets: str
    rows: tuple[EffectRow, ...]
    shown: str
    form: CarryForm
    reasons: tuple[str, ...]
    seen: str
    why_not: str = ""


def carry_section(board: Board, form: CarryForm, reader: User) -> CarrySection | None:
    """What the chair finds under a decision to launch; None for everybody else, and without one."""
    decision = board.decision
    if decision is None or decision.kind == LaunchDecision.Kind.BLOCK or not may_decide(board.launch, reader):
        return None
    try:
        plan = carrying(board, form, reader)
    except (ConflictError, InvalidInputError) as error:
        return CarrySection("", "", (), "", form, closed_words(), "", why_not=str(error))
    names = dict(Market.objects.values_list("code", "name"))
    whole = {line["market"]: line["decision"] for line in plan.offered.lines if line["breakout"] == "-"}
    if not form.review_on:
        form = replace(form, review_on=(clock.now().date() + REVIEW_AFTER).isoformat())
    return CarrySection(
        title=_("Carry out %(name)s") % {"name": decision},
        markets=boards.joined([names[code] for code in plan.markets]) if plan.markets else "",
        rows=effect_table(plan.stand, names) if plan.stand else (),
        shown=_("%(number)d of %(all)d markets are shown.")
        % {"number": sum(bool(one) for one in whole.values()), "all": len(whole)},
        form=form, reasons=closed_words(), seen=plan.fingerprint,
    )  # fmt: skip
