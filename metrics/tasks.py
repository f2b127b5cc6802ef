"""Celery tasks: thin doors to the services, with the name of a run or an upload as the only argument."""

from __future__ import annotations

import logging

from celery import Task, shared_task
from kombu.exceptions import OperationalError

from governance.access.services import system
from governance.markets.models import Market
from governance.versions.selectors import effective_on
from metrics.assessments.rounds import assess_all, open_on, week_in_question
from metrics.audit import tripwire
from metrics.audit.rota import sample
from metrics.audit.services import publication_rederive
from metrics.operator.following import continue_published
from metrics.recompute import selectors, services
from metrics.recompute.models import Run
from metrics.uploads import queue, spool
from metrics.uploads import selectors as uploads
from metrics.uploads.models import Upload
from metrics.uploads.services import upload_read
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import DomainError

_log = logging.getLogger(__name__)


@shared_task(name="metrics.recompute")
def recompute(run: str) -> None:
    """Execute a run to its end. Delivered twice, or after a crash, it ends in the same vintages once."""
    try:
        services.run_execute(run=Run.objects.get(pk=run), actor=system())
    except DomainError:
        # The run is stored as failed with its sentence; the queue has nothing to add.
        return
    # What a finished run found may be a new week; the schedule would find it a little later.
    follow()
    _ask_for(triage)


@shared_task(name=queue.READ)
def upload(pk: str) -> None:
    """Read an upload to its end. Delivered twice, or after a crash, it becomes one batch."""
    upload_read(upload=Upload.objects.get(pk=pk))


@shared_task(name="metrics.reconcile")
def reconcile() -> None:
    """Send again what the state says is unfinished: a lost message loses nothing.

    A run somebody is executing holds its lock, so a second message for it ends at once; so does an
    upload that is being read.
    """
    for run in selectors.unfinished():
        recompute.delay(run.pk)
    for waiting in uploads.unfinished():
        queue.send(waiting)
    spool.sweep(uploads.kept())


@shared_task(name="metrics.rederive")
def rederive() -> None:
    """Compute a sample of what was published again from its pins, and keep the answer in the ledger."""
    for publication, markets in sample(clock.now().date()):
        report = publication_rederive(publication=publication, markets=markets, actor=system())
        for finding in report.findings:
            _log.error("%s does not re-derive: %s, %s", publication, finding.market, finding.where)
        tripwire.act_on(publication, report)


@shared_task(name="metrics.follow")
def follow() -> None:
    """Publish the new weeks of what is published and signed. Of two at once, one finds nothing to do."""
    try:
        publication = continue_published(actor=system())
    except DomainError as error:
        _log.info("no new week is published: %s", error)
        return
    if publication is not None:
        _log.info("%s is published: new weeks, as signed", publication)


@shared_task(name="metrics.triage")
def triage() -> None:
    """Assess every market's last whole week, and open a case where something calls for one."""
    version = effective_on(clock.now().date())
    monday = week_in_question(version, system()) if version else None
    if version is None or monday is None:
        return
    codes = list(Market.objects.order_by("code").values_list("code", flat=True))
    found = assess_all(version=version, monday=monday, markets=codes, actor=system())
    for case in open_on(found, actor=system()):
        _log.info("%s is open: %s", case, case.title)


def _ask_for(task: Task[[], None]) -> None:
    """Send a message; where the broker cannot be reached the schedule sends the next one."""
    try:
        task.apply_async(retry=False)
    except OperationalError as error:
        _log.warning("%s is not asked for, the broker cannot be reached: %s", task.name, error)


def send(run: Run) -> bool:
    """Tell the worker about a queued run; False when the broker cannot be reached.

    Nothing is lost then: the run is in its table, and `reconcile` sends it once the broker is back.
    """
    try:
        recompute.apply_async(args=(run.pk,), retry=False)
    except OperationalError as error:
        _log.warning("run %s is queued, but the broker cannot be reached: %s", run, error)
        return False
    return True
