"""The assessment: the same bytes again, only plain values, and the right answer on the demonstration's cases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import exp
from typing import Any

import pytest

from metrics.anomalies.assess import Assessment, assess
from metrics.anomalies.contacts import Corroboration
from metrics.anomalies.evidence import gather
from metrics.anomalies.hypotheses import DEFECTS, MIX, QUIET, REAL, UNKNOWN
from metrics.anomalies.learned import code_digest, committed, stored_of
from metrics.anomalies.world import World
from metrics.rehearsal.plans import Plan
from metrics.rehearsal.worlds import world_at
from otdr_hub.lib import digest
from otdr_hub.lib.outcome import InvalidInputError
from tests.triage.story import story_of

KEYS = {
    "schema", "input", "rate", "days", "alarms", "checks", "traces", "hypotheses", "owner", "attribution", "contacts", "range",
    "corrected", "verdict", "next_check",
}  # fmt: skip


@pytest.fixture(scope="module")
def brazil() -> Iterator[tuple[World, Assessment]]:
    with story_of("BR") as world:
        yield world, assess(world, owner="backfill_overwrite")


@pytest.fixture(scope="module")
def germany() -> Iterator[tuple[World, Assessment]]:
    with story_of("DE") as world:
        yield world, assess(world)


def _no_floats(value: Any) -> None:
    if isinstance(value, dict):
        for item in value.values():
            _no_floats(item)
    elif isinstance(value, list):
        for item in value:
            _no_floats(item)
    else:
        assert value is None or isinstance(value, str | int | bool), value


def test_the_same_world_gives_the_same_bytes(brazil: tuple[World, Assessment]) -> None:
    world, first = brazil
    again = assess(world, owner="backfill_overwrite")
    assert again.as_text() == first.as_text()
    assert first.digest == digest.of_bytes(first.as_text().encode())
    assert json.loads(first.as_text()) == first.as_document()


def test_the_same_files_in_another_process_order_give_the_same_bytes() -> None:
    """Two worlds made apart from the same plan: other folders, other connections, other threads."""
    plan = Plan("DE", defect="heaped_times", severity=0.5, seed=5, orders=300)
    texts = []
    for _ in range(2):
        with world_at(plan) as world:
            texts.append(assess(world).as_text())
    assert texts[0] == texts[1]


def test_the_document_is_plain_and_whole(brazil: tuple[World, Assessment]) -> None:
    document = brazil[1].as_document()
    assert set(document) == KEYS
    _no_floats(document)
    assert len(document["checks"]) == 24
    assert len(document["hypotheses"]) == 28
    assert len(document["days"]) == 35
    assert sum(float(one["probability"]) for one in document["hypotheses"]) == pytest.approx(1, abs=0.01)
    assert document["input"]["triage"] == code_digest()
    assert document["input"]["table"] == committed().digest
    assert all(one["sentence"].endswith(".") for one in document["checks"])


def test_the_terms_add_up_to_the_probability(brazil: tuple[World, Assessment]) -> None:
    """By hand, from the document alone: prior times e to the sum of nats over the temperature, made one."""
    hypotheses = brazil[1].as_document()["hypotheses"]
    temperature = committed().learned.temperature
    weights = {
        one["name"]: float(one["prior"])
        * exp(sum(float(term["nats"]) for term in one["terms"]) / temperature)
        for one in hypotheses
    }
    total = sum(weights.values())
    for one in hypotheses:
        by_hand = 0.98 * weights[one["name"]] / total + 0.02 * float(one["prior"])
        assert float(one["probability"]) == pytest.approx(by_hand, abs=0.003)


def test_the_brazilian_miracle_is_filled_in_times_of_one_batch(brazil: tuple[World, Assessment]) -> None:
    document = brazil[1].as_document()
    assert document["hypotheses"][0]["name"] == "delivered_at_defaulted"
    assert document["verdict"]["outcome"] == "data_defect"
    assert document["verdict"]["proposal"] == "exclude"
    assert document["verdict"]["subject"].startswith("batch backfill-BR-")
    # On any reading, and most likely: what the filled-in rows leave open, and the figure without the batch.
    assert 0.55 < float(document["range"]["low"]) < 0.62
    assert float(document["range"]["high"]) > 0.99
    assert 0.85 < float(document["corrected"]["rate"]) < 0.90
    assert document["corrected"]["method"] == "batch"
    seats = [one["batch"] for one in document["attribution"]["batches"] if one["is_seat"]]
    assert len(seats) == 1


def test_the_new_carrier_alone_cannot_have_made_it(brazil: tuple[World, Assessment]) -> None:
    (new,) = [one for one in brazil[1].as_document()["attribution"]["bounds"] if one["is_new"]]
    assert new["carrier"] == "expresso-ipe"
    assert float(new["needed"]) > 0.95
    assert float(new["held"]) < 0.2
    assert not new["is_possible"]


def test_contacts_do_not_follow_the_miracle(brazil: tuple[World, Assessment]) -> None:
    """A few dozen contacts exclude 99.6 %; a few hundred say that nothing changed."""
    few = brazil[1].as_document()["contacts"]
    assert few["is_heard"]
    assert float(few["high"]) < float(few["reported"])
    with story_of("BR", scale=4) as world:
        many = gather(world).contacts
    assert isinstance(many, Corroboration)
    assert many.low < many.before < many.high < many.reported
    assert (many.word, many.factor) == ("refute", 2.0)


def test_the_owner_gets_neither_credit_nor_penalty(brazil: tuple[World, Assessment]) -> None:
    world, with_owner = brazil
    without = assess(world)
    assert [one.probability for one in without.hypotheses] == [
        one.probability for one in with_owner.hypotheses
    ]
    owner = with_owner.as_document()["owner"]
    assert owner["name"] == "backfill_overwrite"
    assert {one["holds"] for one in owner["predictions"]} <= {True, False, None}
    assert len(owner["predictions"]) == 3
    with pytest.raises(InvalidInputError, match="no explanation that is tested"):
        assess(world, owner="gremlins")


def test_the_german_collapse_is_deliveries_that_were_not_told(germany: tuple[World, Assessment]) -> None:
    document = germany[1].as_document()
    assert document["rate"]["is_moved"]
    assert document["hypotheses"][0]["name"] == "delivered_events_missing"
    # Contacts of so small a market cannot tell, so it may be held and not named; it is never let through.
    assert document["verdict"]["proposal"] in ("exclude", "hold")
    assert document["verdict"]["name"] in ("delivered_events_missing", "")
    assert document["attribution"]["shifts"][0]["where"] == [["carrier", "havelpost"]]
    assert 0.90 < float(document["corrected"]["rate"]) < 0.96
    assert float(document["range"]["high"]) > 0.92


def test_a_quiet_week_is_called_quiet_and_certified(quiet_world: World) -> None:
    found = assess(quiet_world)
    good = sum(one.probability for one in found.hypotheses if not one.is_defect)
    assert good > 0.5
    assert found.verdict.proposal in ("certify", "hold")
    assert found.verdict.name not in DEFECTS
    assert found.alarms == ()


def test_a_real_change_is_not_called_a_defect() -> None:
    with world_at(Plan("BR", change="new_hub", severity=1.0, seed=21, orders=900)) as world:
        found = assess(world)
    assert found.verdict.outcome in ("real_change", "undetermined")
    assert found.verdict.proposal != "exclude"
    assert found.hypotheses[0].name == REAL


def test_promises_that_got_longer_are_told_beside_a_rise_and_not_certified_without_a_word() -> None:
    """Overwritten ones look like it where nobody looks for when they were written; so does padding."""
    known = [kind for kind in DEFECTS if kind != "promise_overwritten"]
    padded = Plan("BR", change="padding", severity=1.0, seed=22)
    overwritten = Plan("BR", defect="promise_overwritten", severity=0.5, seed=22, orders=900)
    for plan in (padded, overwritten):
        with world_at(plan) as world:
            found = assess(world, known=known)
        assert found.evidence.findings["working_day_calendar"].fires
        assert found.verdict.proposal != "certify"
        if found.verdict.proposal == "certify_and_disclose":
            assert "told beside it: promises were made with another calendar" in found.verdict.sentence
    assert found.verdict.name not in DEFECTS


def test_a_defect_that_is_not_listed_gets_no_wrong_name() -> None:
    known = [kind for kind in DEFECTS if kind != "cut_off_rule"]
    with world_at(Plan("BR", defect="cut_off_rule", severity=1.0, seed=22, orders=900)) as world:
        found = assess(world, known=known)
    assert "cut_off_rule" not in {one.name for one in found.hypotheses}
    assert found.verdict.name in ("", UNKNOWN)
    assert found.verdict.proposal == "hold"
    assert found.next_check is not None


def test_a_change_on_record_makes_its_defects_likelier_to_begin_with(quiet_world: World) -> None:
    plain, told = assess(quiet_world), assess(quiet_world, recent=["duplicates"])
    before = next(one for one in plain.hypotheses if one.name == "duplicates")
    after = next(one for one in told.hypotheses if one.name == "duplicates")
    assert after.prior == pytest.approx(3 * before.prior, rel=0.1)
    assert after.probability > before.probability


def test_a_table_of_another_schema_is_refused() -> None:
    with pytest.raises(ValueError, match="schema"):
        stored_of({"schema": "something else"})


def test_the_committed_table_knows_every_explanation() -> None:
    learned = committed().learned
    taught = {name for by_name in learned.counts.values() for name in by_name}
    assert {*DEFECTS, QUIET, REAL, MIX} <= taught
