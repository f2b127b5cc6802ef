"""Celery tasks of governance: what must happen even if nobody asks."""

from __future__ import annotations

import logging

from celery import shared_task

from governance.access.policy import DEPARTMENTS
from governance.access.services import system
from governance.audit import tripwire
from governance.audit.review import review
from governance.audit.verdict import note
from governance.decisions.selectors import is_due
from governance.decisions.services import launch_check
from governance.killswitch.selectors import REASON_WITHIN, unexplained
from governance.launch.models import Launch
from governance.ledger import checkpoints
from governance.signoffs.selectors import waiting_for
from governance.signoffs.services import request_escalate
from otdr_hub.lib import clock

_log = logging.getLogger(__name__)


@shared_task(name="governance.keep_up")
def keep_up() -> None:
    """Sign entries whose process died between its commit and its checkpoint."""
    checkpoints.keep_up()


@shared_task(name="governance.review")
def compare() -> None:
    """Ledger, checkpoints and tables against each other; what does not hold is in the log within a minute."""
    found = review()
    note(found)
    if found.problem:
        _log.critical("the ledger does not hold: %s", found.problem)
    tripwire.act_on(found)


@shared_task(name="governance.reasons")
def reasons() -> None:
    """Say who owes the reason of a shutoff for more than an hour; their list and the page ask for it."""
    due = clock.now() - REASON_WITHIN
    for shutoff in unexplained().filter(at__lte=due):
        # One that is on again owes its reason as well.
        _log.warning(
            "%s was switched off without a reason at %s, by %s; the reason is still owed",
            shutoff.scope_key, shutoff.at, shutoff.by,
        )  # fmt: skip


@shared_task(name="governance.escalate")
def escalate() -> None:
    """Ask the deputies of departments that were silent past their time."""
    for waiting in waiting_for(DEPARTMENTS):
        due = waiting.request.answer_by
        if due and due <= clock.now() and not waiting.is_escalated:
            request_escalate(request=waiting.request, role=waiting.role, actor=system())


@shared_task(name="governance.launch")
def check_launches() -> None:
    """At the time of a launch, ask once more whether everything its decision rests on still holds."""
    for launch in Launch.objects.all():
        if is_due(launch):
            check = launch_check(launch=launch, actor=system())
            if check.lost:
                _log.error("%s of %s is held. %s", check.decision, launch, check.sentence)
