"""The life of a metric version: returned, effective from a day, retired; and what is disclosed of a change."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest
from django.db import DatabaseError, transaction

from governance.audit.review import review
from governance.ledger.models import Entry
from governance.ledger.offline import LIFE, Replay
from governance.models import MetricVersion, SignoffRequest, VersionDisclosure
from governance.signoffs.selectors import waiting_for
from governance.signoffs.services import signature_withdraw
from governance.versions.disclosure import draft
from governance.versions.selectors import by_name, effective_on, in_effect, unchanged_since
from governance.versions.services import (
    version_propose,
    version_put_into_effect,
    version_retire,
    version_return,
    version_submit,
)
from metrics.otdr.engine import engine_digest
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, NotAllowedError
from tests import builders
from tests.builders import person

pytestmark = pytest.mark.django_db
EFFECT = "AA: 11 of 12 becomes 12 of 12."
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def places(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"


def today():
    return clock.now().date()


def second(name="otdr-next", reason="Carriers round to the half hour.", **nodes) -> MetricVersion:
    """Another definition, proposed by the data engineer."""
    definition = replace(builders.DEFINITION, name=name, **(nodes or {"grace_minutes": 30}))
    return version_propose(
        definition=definition, engine_digest=engine_digest(), reason=reason, actor=person("data_engineer")
    )


def approved(version: MetricVersion) -> MetricVersion:
    request = version_submit(version=version, effect=EFFECT, actor=person("data_engineer"))
    builders.sign(request, "finance")
    version.refresh_from_db()
    return version


def state(version: MetricVersion) -> str:
    return MetricVersion.objects.get(pk=version.pk).state


def test_a_rejection_returns_the_version_in_the_same_entry():
    version, request = builders.version_in_review()
    before = Entry.objects.count()
    builders.answer(request, "finance", person("finance"), "reject", "Say which attempts count.")
    assert state(version) == "draft"
    assert Entry.objects.count() == before + 1
    assert waiting_for(["finance"]) == []
    assert review().problem == ""


def test_a_rejected_version_comes_back_only_when_the_rejection_is_taken_back():
    version, request = builders.version_in_review()
    builders.answer(request, "finance", person("finance"), "reject", "Not like this.")
    with pytest.raises(ConflictError, match="finance answered before, and the answer stands"):
        version_submit(version=version, actor=person("data_engineer"))
    assert state(version) == "draft"
    signature_withdraw(request=request, reason="Explained.", actor=person("finance"))
    again = version_submit(version=version, actor=person("data_engineer"))
    builders.sign(again, "finance")
    assert state(version) == "approved"
    assert review().problem == ""


def test_the_author_takes_a_version_back_and_nobody_signs_it_meanwhile():
    version, request = builders.version_in_review()
    with pytest.raises(InvalidInputError, match="Say the reason"):
        version_return(version=version, reason="  ", actor=person("data_engineer"))
    with pytest.raises(NotAllowedError, match="taken back by who proposed or submitted it"):
        version_return(version=version, reason="x", actor=person("dpm"))
    returned = version_return(version=version, reason="A typing error.", actor=person("data_engineer"))
    assert returned.state == "draft"
    with pytest.raises(ConflictError):
        builders.sign(request, "finance")
    with pytest.raises(ConflictError, match="no longer in review"):
        version_return(version=version, reason="Again.", actor=person("data_engineer"))


def test_a_rejection_after_the_approval_changes_nothing():
    version, request = builders.version_in_review()
    builders.sign(request, "finance")
    builders.answer(request, "finance", person("finance-2", "finance"), "reject", "Too late.")
    assert state(version) == "approved"
    assert review().problem == ""


def test_a_new_version_retires_the_one_before_from_its_day_on():
    first = builders.version_effective()
    new = approved(second())
    version_put_into_effect(version=new, effective_from=today() + 5 * DAY, actor=person("dpm"))
    first.refresh_from_db()
    assert (first.state, first.retired_from, first.successor) == ("retired", today() + 5 * DAY, new)
    assert [effective_on(today() + n * DAY) for n in (0, 4, 5, 90)] == [first, first, new, new]
    assert in_effect(first)
    assert not in_effect(new)
    assert by_name(None) == first
    with clock.at(clock.now() + 6 * DAY):
        assert by_name(None) == new
    last = Entry.objects.last()
    assert (last.action, last.subject) == ("version.effective", new.name)
    assert review().problem == ""


@pytest.mark.parametrize(
    ("first", "begins", "says"), [(-7, -1, "today or later"), (3, 2, "begins then or later")]
)
def test_versions_follow_one_another(first, begins, says):
    version_put_into_effect(
        version=builders.version_approved(), effective_from=today() + first * DAY, actor=person("dpm")
    )
    new = approved(second())
    with pytest.raises(ConflictError, match=says):
        version_put_into_effect(version=new, effective_from=today() + begins * DAY, actor=person("dpm"))
    assert state(new) == "approved"


def test_nothing_is_in_effect_after_a_version_retired_without_a_successor():
    first = builders.version_effective()
    with pytest.raises(ConflictError, match="can retire from"):
        version_retire(version=first, retired_from=today() - DAY, reason="x", actor=person("dpm"))
    version_retire(version=first, retired_from=today() + DAY, reason="Wrong attempts.", actor=person("dpm"))
    assert effective_on(today()) == first
    assert effective_on(today() + DAY) is None
    new = approved(second())
    with pytest.raises(ConflictError, match="is in effect until"):
        version_put_into_effect(version=new, effective_from=today(), actor=person("dpm"))
    version_put_into_effect(version=new, effective_from=today() + DAY, actor=person("dpm"))
    assert effective_on(today() + DAY) == new
    assert review().problem == ""


def test_a_version_that_is_not_in_effect_yet_is_not_published(tmp_path):
    run = builders.run_done(tmp_path)
    new = approved(second())
    version_put_into_effect(version=new, effective_from=today() + DAY, actor=person("dpm"))
    from governance.models import Market
    from governance.scope.services import scope_decide
    from metrics.recompute.selectors import vintages_of

    call = {
        "market": Market.objects.get(pk=builders.SHOWN), "state": "certified", "through": builders.WEEK,
        "vintage": vintages_of(run)[builders.SHOWN], "actor": person("dpm"), "effect": builders.effect_of(run),
    }  # fmt: skip
    with pytest.raises(ConflictError, match="only one in effect counts"):
        scope_decide(version=new, **call)
    run.version.refresh_from_db()
    assert run.version.state == "retired"
    scope_decide(version=run.version, **call)


@pytest.mark.parametrize(
    "change",
    [
        {"reason": "Another."}, {"retired_from": dt.date(2030, 1, 1)}, {"effective_from": dt.date(2020, 1, 1)},
        {"state": "retired"}, {"state": "draft"}, {"document": "name: x"},
    ],
)  # fmt: skip
def test_the_database_refuses_every_other_way(change):
    version = builders.version_effective()
    with pytest.raises(DatabaseError), transaction.atomic():
        MetricVersion.objects.filter(pk=version.pk).update(**change)


def test_two_versions_are_never_put_into_effect_side_by_side():
    builders.version_effective()
    new = approved(second())
    with pytest.raises(DatabaseError), transaction.atomic():
        MetricVersion.objects.filter(pk=new.pk).update(state="effective", effective_from=today())


def test_the_disclosure_says_difference_reason_and_effect_and_is_kept():
    first = builders.version_effective()
    new = second(grace_minutes=30, completeness_floor=builders.DEFINITION.completeness_floor)
    told = draft(new, first, EFFECT)
    assert "The grace after the promise, in minutes, was 0 and becomes 30." in told.difference
    assert "The name" not in told.difference
    assert (told.reason, told.effect) == ("Carriers round to the half hour.", EFFECT)
    request = version_submit(version=new, effect=EFFECT, actor=person("data_engineer"))
    kept = VersionDisclosure.objects.get(version=new)
    assert kept.digest == told.digest_for(new)
    assert kept.digest[:16] in request.lines.get().subject
    assert f'"disclosure":"{kept.digest}"' in Entry.objects.last().payload
    with pytest.raises(DatabaseError), transaction.atomic():
        VersionDisclosure.objects.update(effect="Nothing.")
    assert review().problem == ""


def test_a_change_is_not_submitted_without_its_reason_or_its_effect():
    builders.version_effective()
    without = second(reason="")
    with pytest.raises(ConflictError, match="without the reason"):
        version_submit(version=without, effect=EFFECT, actor=person("data_engineer"))
    other = second(name="otdr-other", grace_minutes=15)
    with pytest.raises(InvalidInputError, match="counts before and after"):
        version_submit(version=other, actor=person("data_engineer"))
    assert {state(without), state(other)} == {"draft"}


def test_the_report_says_since_when_a_version_is_unchanged():
    version = builders.version_draft()
    report = unchanged_since(version)
    proposed = Entry.objects.get(action="version.proposed")
    assert (report.entry, report.since, report.holds) == (proposed.seq, proposed.recorded_at, True)
    version.document = version.document.replace("grace_minutes: 0", "grace_minutes: 1")
    assert not unchanged_since(version).holds


def test_the_first_definition_needs_no_effect():
    _, request = builders.version_in_review()
    kept = VersionDisclosure.objects.get()
    assert "first definition" in kept.difference
    assert SignoffRequest.objects.get().pk == request.pk


def test_a_record_in_which_two_versions_are_in_effect_does_not_hold():
    replay = Replay()
    lives = [(name, state) for name in ("v1", "v2") for state in LIFE[1:5]]
    replay.state["requirements"] = {
        "version finance * #1": {"act": "version", "scope": "*", "role": "finance", "count": 1}
    }
    approve = {"x": {"role": "finance", "verdict": "approve", "withdrawn": None}}
    replay.state["signatures"] = {"v1": approve, "v2": approve}
    for seq, (name, now) in enumerate(lives, 1):
        facts = {"facts": {"versions": {name: {"state": now, "by": "d"}}}}
        replay.fold((seq, "", None, "d", "version.x", name, json.dumps(facts), "", ""))
    assert replay.finding is not None
    assert (replay.finding.seq, "another one was" in replay.finding.problem) == (8, True)
