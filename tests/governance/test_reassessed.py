"""What was excluded comes back by a full re-assessment: every department signs again, over the same data too."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db import DatabaseError, connection, transaction

from governance.access.policy import DEPARTMENTS
from governance.audit.review import review
from governance.models import Market, Publication, ScopeDecision
from governance.publication.services import publication_publish
from governance.scope.services import ACT as SCOPE
from governance.scope.services import scope_decide
from governance.signoffs.selectors import missing_roles, stands
from governance.signoffs.services import request_open
from metrics.operator.signing import signed_before
from metrics.recompute.models import Run
from metrics.recompute.selectors import vintages_of
from otdr_hub.hub.guarded import read_hub
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import ConflictError
from tests import builders
from tests.builders import SHOWN, WEEK, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lake")]


def decide(state: str, **said: object) -> ScopeDecision:
    """The shown market decided, on the same data each time."""
    run = Run.objects.get()
    ahead = clock.now().date() + dt.timedelta(days=30)
    words = {"reason": "data under investigation", "owner": "Ops", "review_on": ahead}
    return scope_decide(
        market=Market.objects.get(pk=SHOWN), state=state, version=run.version,
        vintage=vintages_of(run)[SHOWN], through=WEEK, effect=builders.effect_of(run), actor=person("dpm"),
        **({} if state == "certified" else words), **said,
    )  # fmt: skip


def publish() -> Publication:
    run = Run.objects.get()
    return publication_publish(
        version=run.version, vintages=vintages_of(run), through=WEEK, as_of=run.as_of, actor=person("dpm")
    )


def signed(decision: ScopeDecision) -> None:
    lines = [(decision.digest, "as decided")]
    builders.sign(request_open(act=SCOPE, summary="AA", lines=lines, actor=person("dpm")), *DEPARTMENTS)


def shown() -> list[str]:
    return [market.code for market in read_hub().markets if market.code == SHOWN and market.weeks]


def test_the_dpm_alone_does_not_bring_back_what_was_excluded(lake):
    builders.published(lake)
    first = ScopeDecision.objects.get()
    decide("excluded")
    again = decide("certified")
    assert again.digest != first.digest
    assert (again.vintage, again.through) == (first.vintage, first.through)
    assert missing_roles(SCOPE, again.digest) == sorted(DEPARTMENTS)
    assert not stands(SCOPE, first.digest), "what was signed before the exclusion counts no more"
    assert signed_before(again) is None
    assert shown() == []
    with pytest.raises(ConflictError, match="nothing to publish"):
        publish()
    signed(again)
    publish()
    assert shown() == [SHOWN]
    assert review().problem == ""


def test_each_exclusion_asks_for_all_signatures_again(lake):
    builders.published(lake)
    digests = [ScopeDecision.objects.get().digest]
    for _ in range(2):
        decide("excluded")
        signed(again := decide("certified"))
        digests.append(again.digest)
    edited = decide("certified")
    assert len(set(digests)) == 3
    assert edited.digest == digests[-1], "edited to the same, it is the same"
    assert [stands(SCOPE, one) for one in digests] == [False, False, True]
    assert review().problem == ""


def test_a_decision_never_excluded_is_digested_as_before(lake):
    builders.published(lake)
    decision = ScopeDecision.objects.get()
    assert json.loads(decision.guard) == {"max_drift_points": "0.3"}
    assert decide("certified").digest == decision.digest
    assert stands(SCOPE, decision.digest)


def test_it_stood_at_the_moment_before_it_was_excluded(lake):
    builders.published(lake)
    first, before = ScopeDecision.objects.get(), clock.now()
    with clock.at(before + dt.timedelta(minutes=1)):
        decide("excluded")
    assert stands(SCOPE, first.digest, by=before)
    assert not stands(SCOPE, first.digest)


def test_the_old_decision_written_anew_by_sql_brings_nothing_back(lake):
    builders.published(lake)
    first = ScopeDecision.objects.get()
    decide("excluded")
    columns = [field.column for field in ScopeDecision._meta.fields if field.column != "id"]
    names = ", ".join(f'"{one}"' for one in columns)
    try:
        with transaction.atomic():
            connection.cursor().execute(
                f"INSERT INTO governance_scopedecision ({names}) SELECT {names}"
                " FROM governance_scopedecision WHERE id = %s",
                [first.pk],
            )
    except DatabaseError:
        return
    assert shown() == []
