"""Saying go or no-go, deciding, and asking again whether the decision still holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from governance.decisions import board, facts
from governance.decisions.holding import new_facts
from governance.decisions.models import Condition, LaunchCheck, LaunchDecision, Verdict
from governance.decisions.selectors import in_force, may_decide, may_say
from governance.launch.models import Launch
from governance.launch.seats import recorded
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from otdr_hub.lib import clock, digest
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, MovedError, Refused, require

REASON: Final = 1000
CONDITION: Final = 200
MOST_CONDITIONS: Final = 10


class MissingReasonError(InvalidInputError):
    """The reason is missing, or does not name what it has to."""


class ConditionError(InvalidInputError):
    """The conditions do not fit the verdict, or one lacks its words or its day."""


def _check_conditions(verdict: str, conditions: Sequence[Condition]) -> None:
    depends = verdict == Verdict.Word.GO_WITH_CONDITIONS
    if depends and not conditions:
        raise ConditionError(_("“Go, if” names at least one condition, with the day it is due."))
    if conditions and not depends:
        raise ConditionError(_("Conditions belong to “Go, if”; take them out or change the verdict."))
    if len(conditions) > MOST_CONDITIONS:
        raise ConditionError(
            _("%(count)s conditions are too many; at most %(most)s.")
            % {"count": len(conditions), "most": MOST_CONDITIONS}
        )
    today = clock.now().date()
    for one in conditions:
        if not one.text.strip() or len(one.text) > CONDITION:
            raise ConditionError(_("A condition has 1 to %(limit)s characters.") % {"limit": CONDITION})
        if one.due_on < today:
            raise ConditionError(
                _("“%(condition)s” was due on %(due_on)s, which is past.")
                % {"condition": one.text, "due_on": one.due_on}
            )


def _check_reason(reason: str, *, needed: bool) -> None:
    if len(reason) > REASON:
        raise MissingReasonError(
            _("The reason has %(reason)s characters; there is room for %(limit)s.")
            % {"reason": len(reason), "limit": REASON}
        )
    if needed and not reason.strip():
        raise MissingReasonError(_("Give the reason: it goes into the minutes in your words."))


@transaction.atomic
def verdict_give(
    *,
    launch: Launch,
    seat: str,
    verdict: str,
    actor: User,
    reason: str = "",
    conditions: Sequence[Condition] = (),
    appeals: bool = False,
) -> Verdict:
    """Say go, go with conditions or no-go for a seat. A newer verdict counts; the earlier one stays.

    `appeals` says whether the person means to appeal against a decision that goes another way.
    """
    require(may_say(launch, seat, actor))
    if verdict not in Verdict.Word.values:
        raise InvalidInputError(
            _("'%(verdict)s' is no verdict; use %(word)s.")
            % {"verdict": verdict, "word": ", ".join(Verdict.Word.values)}
        )
    _check_reason(reason, needed=verdict != Verdict.Word.GO)
    _check_conditions(verdict, conditions)
    ledger.order_visibility()
    given = Verdict.objects.create(
        launch=launch, seat=seat, person=actor, verdict=verdict, reason=reason.strip(),
        conditions=digest.canonical([{"text": one.text, "due_on": one.due_on} for one in conditions]),
        appeals=appeals, given_at=clock.now(),
    )  # fmt: skip
    ledger.record(
        action=Action.VERDICT_GIVEN,
        subject=f"{recorded(seat)}, {launch}",
        payload={"verdict": verdict, "appeals": appeals},
        actor=actor,
        facts=facts.of_verdicts([given]),
    )
    return given


def _check_named(reason: str, table: board.Board) -> None:
    """Deciding for a launch over an open gate means saying so by its title."""
    unnamed = [found.title for found in table.not_ok if found.title.casefold() not in reason.casefold()]
    if unnamed:
        raise MissingReasonError(
            _("These gates do not hold; the reason has to name each and say why: %(unnamed)s.")
            % {"unnamed": ", ".join(unnamed)}
        )


def _store(table: board.Board, kind: str, reason: str, actor: User) -> LaunchDecision:
    """One row that follows the one in force. Raises MovedError where another one already does."""
    moment, before = clock.now(), table.decision
    content = {
        "act": "launch", "kind": kind, "reason": reason, "board": table.content(),
        "supersedes": before and before.digest, "decided_by": actor.username, "decided_at": moment,
    }  # fmt: skip
    try:
        with transaction.atomic():
            return LaunchDecision.objects.create(
                launch=table.launch, kind=kind, reason=reason, content=digest.canonical(content),
                digest=digest.of(content), supersedes=before, decided_by=actor, decided_at=moment,
            )  # fmt: skip
    except IntegrityError:
        raise MovedError(_("Somebody decided at the same moment; look at the page again.")) from None


@transaction.atomic
def decision_make(*, launch: Launch, kind: str, reason: str, seen: str, actor: User) -> LaunchDecision:
    """Decide, from the chair, on exactly what was seen: `seen` is the board's fingerprint.

    It takes the place of the decision in force. Raises MovedError when anything changed since, a decision
    among it, and MissingReasonError when the reason does not name a gate that does not hold.
    """
    require(may_decide(launch, actor))
    if kind not in LaunchDecision.Kind.values:
        raise InvalidInputError(
            _("'%(kind)s' is no decision; use %(kinds)s.")
            % {"kind": kind, "kinds": ", ".join(LaunchDecision.Kind.values)}
        )
    _check_reason(reason, needed=True)
    ledger.order_visibility()
    table = board.read(launch)
    if table.digest != seen:
        raise MovedError(_("What the decision rests on has changed since; look at the page again."))
    answer = board.open_to(table, kind)
    if isinstance(answer, Refused):
        raise ConflictError(answer.reason)
    if kind != LaunchDecision.Kind.BLOCK:
        _check_named(reason, table)
    decision = _store(table, kind, reason.strip(), actor)
    ledger.record(
        action=Action.DECISION_MADE,
        subject=f"{decision}, {launch}",
        payload={"digest": decision.digest, "kind": kind},
        actor=actor,
        facts=facts.of_decisions([decision]),
    )
    return decision


@transaction.atomic
def launch_check(*, launch: Launch, actor: User) -> LaunchCheck:
    """Ask every gate again, and whether the markets and the kind are still those decided on.

    What the chair did not know holds the launch, on record.

    Nothing the hub shows is changed by it. Raises ConflictError where nothing is to be launched.
    """
    require(may(actor, "launch_check"))
    ledger.order_visibility()
    decision = in_force(launch)
    if decision is None or decision.kind == LaunchDecision.Kind.BLOCK:
        raise ConflictError(
            _("%(launch)s has no decision to launch, so there is nothing to check.") % {"launch": launch}
        )
    now = board.read(launch)
    lost = new_facts(decision, now)
    check = LaunchCheck.objects.create(
        launch=launch, decision=decision, gates=digest.canonical([found.kept() for found in now.gates]),
        held=digest.canonical([found.kept() for found in lost]), checked_by=actor, checked_at=clock.now(),
    )  # fmt: skip
    ledger.record(
        action=Action.LAUNCH_HELD if lost else Action.LAUNCH_CHECKED,
        subject=f"{decision}, {launch}",
        payload={"digest": decision.digest, "lost": [found.name for found in lost]},
        actor=actor,
        facts=facts.of_checks([check]),
    )
    return check
