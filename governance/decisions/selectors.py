"""Questions about decisions: which is in force, is it held, who may say what."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from governance.access.models import User
from governance.decisions.models import LaunchCheck, LaunchDecision, Verdict
from governance.launch.models import Launch
from governance.launch.seats import CHAIR, SeatName, title
from governance.launch.selectors import chair, place, plan_of
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import Answer, Refused


def in_force(launch: Launch) -> LaunchDecision | None:
    """The decision of a launch that none supersedes."""
    found = LaunchDecision.objects.filter(launch=launch, superseded_by=None)
    return found.select_related("decided_by", "launch").first()


def superseded(launch: Launch) -> list[LaunchDecision]:
    """The decisions that no longer count, the newest first."""
    found = LaunchDecision.objects.filter(launch=launch).exclude(superseded_by=None)
    return list(found.select_related("decided_by", "superseded_by").order_by("-pk"))


def hold(decision: LaunchDecision) -> LaunchCheck | None:
    """The first check in which the decision no longer held; None while every one found it holding."""
    return decision.checks.exclude(held="[]").order_by("pk").first()


def is_held(launch: Launch) -> bool:
    """Whether a new fact holds the decision in force; only a new decision ends that."""
    decision = in_force(launch)
    return decision is not None and hold(decision) is not None


def is_due(launch: Launch, now: dt.datetime | None = None) -> bool:
    """Whether its time has come and nobody has asked again whether the decision still holds.

    A decision made at the launch or later has just seen the gates itself; a block launches nothing.
    """
    decision, moment = in_force(launch), plan_of(launch).moment
    if decision is None or decision.kind == LaunchDecision.Kind.BLOCK:
        return False
    if (now or clock.now()) < moment or decision.decided_at >= moment:
        return False
    return not decision.checks.filter(checked_at__gte=moment).exists()


def may_say(launch: Launch, seat: str, actor: User) -> Answer:
    """Whether the actor may give a verdict for a seat."""
    if seat not in SeatName.values:
        return Refused(_("There is no seat '%(seat)s'.") % {"seat": seat})
    if seat == CHAIR:
        return Refused(_("%(chair)s decides, and so gives no verdict.") % {"chair": title(CHAIR)})
    return place(launch, seat).may_speak(actor)


def may_decide(launch: Launch, actor: User) -> Answer:
    """Whether the actor sits in the chair, or stands in for who does."""
    return chair(launch).may_speak(actor)


def history(launch: Launch) -> list[Verdict]:
    """Every verdict, the newest first."""
    return list(launch.verdicts.select_related("person").order_by("-pk"))
