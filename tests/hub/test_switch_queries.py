"""The switch's page and API ask the database as much about many shutoffs as about one."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from governance.killswitch.models import CARRIER
from governance.killswitch.selectors import is_void, newest_asks, open_ask, open_asks
from governance.killswitch.services import lift_ask, shutoff_activate
from governance.models import Shutoff
from tests import builders
from tests.builders import SHOWN, person

pytestmark = pytest.mark.usefixtures("db")
MORE = (("global", CARRIER, "*"), (SHOWN, CARRIER, "*"), (SHOWN, CARRIER, "dhl"), ("global", CARRIER, "ups"))


@pytest.fixture
def off(settings, tmp_path):
    """The market that was shown, off and asked to be on again."""
    settings.LAKE_ROOT = tmp_path / "lake"
    builders.published(tmp_path)
    builders.required("shutoff_lift", "finance", "logistics")
    off = shutoff_activate(market=SHOWN, category="data_quality", reason="Doubled.", actor=person("admin"))
    lift_ask(shutoff=off, evidence="Mended.", actor=person("dpm"))
    return off


def another(market: str, breakout: str, value: str) -> Shutoff:
    """One more, which was asked about as well: the row of the asking is all the page looks at."""
    made = shutoff_activate(
        market=market, breakout=breakout, value=value, category="other", reason="Look.", actor=person("admin")
    )
    first = Shutoff.objects.order_by("pk").first().asks.get()
    made.asks.create(
        digest=f"{made.pk:064x}", content=first.content, evidence="Mended.", repeats=0,
        asked_by=first.asked_by, asked_at=first.asked_at,
    )  # fmt: skip
    return made


def questions(path: str) -> int:
    client = Client()
    client.force_login(person("dpm"))
    client.get(path)  # what is read once and kept is read now
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


@pytest.mark.parametrize("path", ["/kill-switch/", "/api/v1/shutoffs"])
def test_many_shutoffs_take_no_more_questions_than_one(off, path):
    # One of each list first: what is asked only once there is a carrier counts once.
    another(*MORE[0])
    few = questions(path)
    for key in MORE[1:]:
        another(*key)
    assert questions(path) == few


def test_asked_together_they_are_what_each_is_alone(off):
    more = [another(*key) for key in MORE]
    together, newest = open_asks([off, *more]), newest_asks([off, *more])
    assert together == {one.pk: ask for one in (off, *more) if (ask := open_ask(one))}
    assert together[off.pk].evidence == "Mended."
    assert {is_void(newest[one.pk]) for one in more} <= {"moved", ""}
    assert "moved" in {is_void(newest[one.pk]) for one in more}
