"""What the roll-up is with and without a market is filed before it is decided, and is about just that decision."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db import DatabaseError, connection, transaction

from governance.models import Entry, Market, ScopeDecision
from governance.scope.services import scope_decide
from metrics.recompute import storage
from metrics.recompute.selectors import vintages_of
from otdr_hub.lib import digest
from otdr_hub.lib.outcome import InvalidInputError
from tests import builders
from tests.builders import SHOWN, UNDECIDED, WEEK, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"


def another(run, **changed) -> str:
    """A true filed table about something else."""
    told = json.loads(storage.effect_content(builders.effect_of(run)))
    text = digest.canonical(told | changed)
    storage.effect_save(digest.of_bytes(text.encode()), text)
    return digest.of_bytes(text.encode())


def test_no_decision_without_the_table_of_its_own_data_and_week(tmp_path):
    run = builders.run_done(tmp_path)
    call = {
        "market": Market.objects.get(pk=SHOWN), "state": "certified", "version": run.version, "through": WEEK,
        "vintage": vintages_of(run)[SHOWN], "actor": person("dpm"),
    }  # fmt: skip
    good = builders.effect_of(run)
    row = (
        "INSERT INTO governance_scopedecision (market_id, breakout, value, state, version_id, vintage, through,"
        " disclosure, guard, reason, effect, digest, decided_by_id, decided_at)"
        " VALUES (%s, '-', '-', 'certified', %s, %s, %s, '', '{}', '', %s, %s, %s, now())"
    )
    for wrong in (
        "", "no digest", "f" * 64, builders.effect_of(run, UNDECIDED),
        another(run, week=(WEEK - dt.timedelta(weeks=1)).isoformat()), another(run, vintages={SHOWN: "0" * 64}),
    ):  # fmt: skip
        with pytest.raises(InvalidInputError, match="decided only on a filed table"):
            scope_decide(**call, effect=wrong)
        values = [SHOWN, run.version.pk, call["vintage"], WEEK, wrong, "e" * 64, person("dpm").pk]
        with pytest.raises(DatabaseError, match="without its effect table"), transaction.atomic():
            connection.cursor().execute(row, values)
    assert not ScopeDecision.objects.exists()
    assert not Entry.objects.filter(action="scope.decided").exists()
    assert scope_decide(**call, effect=good).effect == good


def test_a_filed_table_is_its_content_and_stays(tmp_path):
    run = builders.run_done(tmp_path)
    filed = builders.effect_of(run)
    with pytest.raises(DatabaseError, match="effect_is_its_content"), transaction.atomic():
        storage.effect_save("f" * 64, "{}")
    for statement in ("UPDATE metrics_effecttable SET content = '{}'", "DELETE FROM metrics_effecttable"):
        with pytest.raises(DatabaseError, match=r"permission denied|is refused"), transaction.atomic():
            connection.cursor().execute(statement)
    assert storage.effect_content(filed)
