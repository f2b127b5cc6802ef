"""A number that is off is agreed to by nobody, so what was wrong about it comes back as another one, or as nothing."""

from __future__ import annotations

import datetime as dt

import pytest

from governance.audit.review import review
from governance.killswitch.selectors import open_ask
from governance.killswitch.services import shutoff_activate
from governance.models import Market, MetricVersion, ShutoffLift, SignoffRequest
from governance.publication.services import publication_publish
from governance.scope.services import scope_decide
from governance.signoffs.services import request_open
from metrics.operator.carriers import visible
from metrics.operator.effect import Newest, file
from metrics.recompute.models import Run
from metrics.recompute.selectors import vintages_of
from metrics.recompute.services import run_execute, run_queue
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import ConflictError
from tests import builders
from tests.builders import SHOWN, person
from tests.governance.test_lift import ask, off_since, shown

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    return tmp_path


def test_only_what_was_asked_about_is_shown_again(lake):
    """What is certified changes in between: the gate refuses until it is asked again over what is left."""
    off = builders.switched_off(lake)
    request = ask(off)
    builders.sign(request, "finance")
    decided("excluded", run_again())
    with pytest.raises(ConflictError, match="nothing to sign"):
        builders.sign(request, "logistics")
    assert open_ask(off) is None
    builders.sign(ask(off), "finance", "logistics")
    assert (off_since(SHOWN), shown()) == (None, [])


def test_a_wrong_number_comes_back_as_another_one_and_never_as_itself(lake):
    """While it is off nobody agrees to what no page shows; what is left out comes on again as nothing."""
    off, run = builders.switched_off(lake), run_again()
    certified = decided("certified", run)
    with pytest.raises(ConflictError, match=r"AA is switched off since .* on again first"):
        builders.sign(certified, "finance")
    with pytest.raises(ConflictError, match="AA is switched off"):
        builders.answer(certified, "finance", person("finance"), "except", "It is nearly right.")
    builders.answer(certified, "finance", person("finance"), "ask", "Which feed was it?")
    builders.sign(decided("excluded", run), "finance", "legal", "logistics")
    builders.sign(ask(off), "finance", "logistics")
    assert (off_since(SHOWN), shown()) == (None, [])
    builders.sign(decided("certified", run), "finance", "legal", "logistics")
    publication_publish(
        version=run.version, vintages=vintages_of(run), through=builders.WEEK, as_of=run.as_of,
        actor=person("dpm"),
    )  # fmt: skip
    assert shown() == [SHOWN]
    assert review().problem == ""


def test_carriers_that_are_off_are_agreed_to_no_more_than_a_market(lake):
    builders.published(lake)
    request = decided("certified", run_again(), breakout="carrier")
    shutoff_activate(market="global", breakout="carrier", value="X", category="other", actor=person("admin"))
    with pytest.raises(ConflictError, match="AA: carriers switched off since"):
        builders.sign(request, "finance")


def run_again() -> Run:
    """The data of the next day, computed."""
    run, _ = run_queue(
        version=MetricVersion.objects.get(state="effective"), as_of=builders.AS_OF + dt.timedelta(days=1),
        full=True, actor=person("data_engineer"),
    )  # fmt: skip
    return run_execute(run=run, actor=person("data_engineer"))


def decided(state: str, run: Run, breakout: str = "-") -> SignoffRequest:
    """The DPM decides what the market may be, on this data, and asks."""
    words = (
        {"reason": "data_quality: the feed", "owner": "dpm"}
        if state == "excluded"
        else {"disclosure": "Again."}
    )
    until = clock.now().date() + dt.timedelta(days=30) if state == "excluded" else None
    decision = scope_decide(
        market=Market.objects.get(pk=SHOWN), state=state, version=run.version, vintage=vintages_of(run)[SHOWN],
        through=builders.WEEK, effect=filed(run, breakout), review_on=until, breakout=breakout,
        actor=person("dpm"), **words,
    )  # fmt: skip
    return request_open(act="scope", summary="AA", lines=[(decision.digest, "AA")], actor=person("dpm"))


def filed(run: Run, breakout: str) -> str:
    """What it is decided on."""
    if breakout == "-":
        return builders.effect_of(run)
    code = {SHOWN: Newest(SHOWN, vintages_of(run)[SHOWN], run.digest, run.as_of)}
    table = visible(
        found=code, monday=builders.WEEK, chosen=[SHOWN], version=run.version, actor=person("dpm")
    )  # fmt: skip
    return file(table, actor=person("dpm"))


def test_what_is_not_certified_comes_on_again_as_nothing(lake):
    builders.switched_off(lake)
    for key in (("BB", "-", "-"), (SHOWN, "carrier", "*")):
        market, breakout, value = key
        other = shutoff_activate(
            market=market, breakout=breakout, value=value, category="other", actor=person("dpm")
        )
        builders.sign(ask(other, "admin"), "finance", "logistics")
        assert ShutoffLift.objects.filter(shutoff=other).exists()
    assert shown() == []
    assert review().problem == ""
