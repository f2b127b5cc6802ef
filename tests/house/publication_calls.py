"""The calls of the verbs about publications and corrections: verb, action, what comes before it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from governance.access.services import system
from governance.killswitch.services import shutoff_activate
from governance.ledger.actions import Action
from governance.models import Publication
from governance.publication.notices.selectors import to_acknowledge
from governance.publication.notices.services import notice_acknowledge
from governance.publication.readers import note_read
from governance.publication.services import publication_continue, publication_rollback
from metrics.recompute.selectors import vintages_of
from tests import builders
from tests.builders import person
from tests.governance import test_guard as later


def _continue(folder: Path) -> dict[str, Any]:
    first = builders.published(folder)
    later.next_week(folder)
    run = later.recomputed(first)
    return {
        "version": first.version, "vintages": vintages_of(run), "as_of": run.as_of, "actor": system(),
        "through": builders.WEEK + later.dt.timedelta(weeks=1),
    }  # fmt: skip


def _continue_again(folder: Path) -> dict[str, Any]:
    call = _continue(folder)
    publication_continue(**call)
    return call


def _roll_back(folder: Path) -> dict[str, Any]:
    publication_continue(**_continue(folder))
    return {
        "publication": Publication.objects.get(pk=1),
        "reason": "The week is wrong.",
        "actor": person("dpm"),
    }


def _take_note(folder: Path) -> dict[str, Any]:
    builders.published(folder)
    reader = person("exec", "executive")
    note_read(reader, 1, "page", [builders.SHOWN])
    shutoff_activate(market=builders.SHOWN, category="other", actor=person("dpm"))
    return {"events": [one.event for one in to_acknowledge(reader.pk)], "actor": reader}


def _take_note_again(folder: Path) -> dict[str, Any]:
    call = _take_note(folder)
    notice_acknowledge(**call)
    return call


CALLS = (
    (publication_continue, Action.PUBLICATION_CONTINUED, _continue),
    (publication_continue, None, _continue_again),
    (publication_rollback, Action.PUBLICATION_ROLLED_BACK, _roll_back),
    (notice_acknowledge, Action.NOTICE_ACKNOWLEDGED, _take_note),
    (notice_acknowledge, None, _take_note_again),
)
