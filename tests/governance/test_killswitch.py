"""Off by one person and on again only through the gate: what the services and the database let through."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from governance.access.services import system
from governance.audit.review import review
from governance.killswitch.selectors import unexplained
from governance.killswitch.services import lift_ask, shutoff_activate, shutoff_explain, shutoff_trip
from governance.ledger.selectors import epoch
from governance.markets.models import Market
from governance.models import Shutoff, SignoffRequest
from governance.tasks import compare
from otdr_hub.hub.guarded import read_hub
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import ConflictError, DomainError, InvalidInputError, NotAllowedError
from tests import builders
from tests.builders import SHOWN, person

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    return tmp_path


EVIDENCE = "The feed was mended on Friday; the counts of the carrier agree."


def off_since(market: str | None, breakout: str | None = "-", value: str | None = "-") -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT governance_off_since(%s, %s, %s)", [market, breakout, value])
        return cursor.fetchone()[0]


def shown() -> list[str]:
    return [market.code for market in read_hub().markets]


def ask(shutoff: Shutoff, by: str = "dpm") -> SignoffRequest:
    return lift_ask(shutoff=shutoff, evidence=EVIDENCE, actor=person(by))


WHOLE, ALL, ONE = (SHOWN, "-", "-"), (SHOWN, "carrier", "*"), (SHOWN, "carrier", "posta")
OTHER, THERE, ELSEWHERE = (SHOWN, "carrier", "dart"), ("BB", "carrier", "posta"), ("BB", "-", "-")
KEYS = (WHOLE, ALL, ONE, OTHER, THERE, ELSEWHERE)
COVERS = {
    ("global", "-", "-"): set(KEYS),
    WHOLE: {WHOLE, ALL, ONE, OTHER},
    ALL: {ALL, ONE, OTHER},
    ONE: {ONE},
    ("global", "carrier", "*"): {ALL, ONE, OTHER, THERE},
    ("global", "carrier", "posta"): {ONE, THERE},
}


@pytest.mark.parametrize("key", COVERS, ids="/".join)
def test_a_shutoff_covers_its_scope_key_and_what_is_inside_and_nothing_else(key):
    builders.two_markets()
    market, breakout, value = key
    shutoff_activate(market=market, breakout=breakout, value=value, category="other", actor=person("finance"))
    assert {known for known in KEYS if off_since(*known)} == COVERS[key]


def test_what_is_unknown_is_off():
    """K15: a question without a market or a part of it is no question about something that may be seen."""
    builders.two_markets()
    assert all(off_since(*key) for key in ((None,), (SHOWN, None), (SHOWN, "-", None)))
    assert off_since(SHOWN) is None


def test_a_scope_key_is_one_of_the_known_forms():
    builders.two_markets()
    for key in (
        {"market": "XX"}, {"market": SHOWN, "breakout": "carrier"}, {"market": SHOWN, "value": "posta"},
        {"market": SHOWN, "breakout": "lane", "value": "x"}, {"market": SHOWN, "category": "guard"},
    ):  # fmt: skip
        with pytest.raises(InvalidInputError):
            shutoff_activate(**{"category": "other", "actor": person("dpm")} | key)
    for bad in (("XX", "-", "-"), (SHOWN, "lane", "x"), (SHOWN, "-", "x"), (SHOWN, "carrier", "-")):
        with pytest.raises(IntegrityError), transaction.atomic():
            insert_off(*bad)


def insert_off(market: str, breakout: str = "-", value: str = "-", nth: int = 0) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO governance_shutoff (market, breakout, value, category, reason, by_id, at, round)"
            " VALUES (%s, %s, %s, 'other', '', %s, now(), %s)",
            [market, breakout, value, person("dpm").pk, nth],
        )


def test_one_shutoff_of_a_key_is_in_effect_whatever_is_written(lake):
    builders.switched_off(lake)
    for number in (0, 1, 7):
        with pytest.raises(IntegrityError), transaction.atomic():
            insert_off(SHOWN, nth=number)
    with pytest.raises(ConflictError, match="already"):
        shutoff_activate(market=SHOWN, category="other", actor=person("dpm"))


def test_the_reason_is_asked_for_until_it_is_given_and_then_stays(lake):
    off = builders.switched_off(lake)
    assert [one.pk for one in unexplained()] == [off.pk]
    builders.sign(ask(off), "finance", "logistics")
    assert [one.pk for one in unexplained()] == [off.pk]
    with pytest.raises(InvalidInputError):
        shutoff_explain(shutoff=off, reason="  ", actor=person("admin"))
    shutoff_explain(shutoff=off, reason="Late files counted twice.", actor=person("admin"))
    assert not unexplained().exists()
    with pytest.raises(ConflictError, match="on record"):
        shutoff_explain(shutoff=off, reason="Something else.", actor=person("admin"))
    assert review().problem == ""


def test_a_guard_switches_off_never_on_and_not_twice_for_what_people_let_pass(lake):
    builders.published(lake)
    builders.required("shutoff_lift", "finance", "logistics")
    call = {"tripwire": "rederive", "market": SHOWN, "found": "P-1, week 45", "actor": system()}
    off = shutoff_trip(**call)
    assert (off.category, shown(), shutoff_trip(**call)) == ("guard", [], None)
    builders.sign(ask(off), "finance", "logistics")
    assert (shown(), shutoff_trip(**call)) == ([SHOWN], None)
    assert shutoff_trip(**call | {"found": "P-2, week 46"}) is not None
    for name in ("admin", "dpm", "finance"):
        with pytest.raises(NotAllowedError):
            shutoff_trip(**call | {"actor": person(name)})


def test_a_record_and_tables_that_disagree_switch_everything_off_at_the_second_sight(lake):
    builders.published(lake)
    compare()
    Market.objects.filter(pk=SHOWN).update(name="Atlantis")
    compare()
    assert shown() == [SHOWN]
    compare()
    off = Shutoff.objects.get()
    assert (off.market, off.category, off.by.username, shown()) == ("global", "guard", "system", [])
    assert "Atlantis" not in off.reason
    compare()
    assert Shutoff.objects.count() == 1


@pytest.mark.parametrize("jump", [dt.timedelta(hours=-1), dt.timedelta(hours=1)], ids=str)
def test_k13_a_clock_that_jumps_changes_no_order(lake, jump):
    """What is off is what was switched off and not lifted since, by epoch, whatever the clock says."""
    off = builders.switched_off(lake)
    epochs = [epoch()]
    with clock.at(clock.now() + jump):
        first = ask(off)
        shutoff_activate(market=SHOWN, category="other", actor=person("legal"))
    second = ask(off)
    with pytest.raises(DomainError):
        builders.sign(first, "finance")
    epochs.append(epoch())
    builders.sign(second, "finance", "logistics")
    assert shown() == [SHOWN]
    with clock.at(clock.now() + jump):
        shutoff_activate(market=SHOWN, category="other", actor=person("dpm"))
    epochs.append(epoch())
    assert shown() == []
    assert epochs == sorted(set(epochs))
    assert review().problem == ""
