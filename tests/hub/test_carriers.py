"""Carriers of a market: certified on their own, withheld by the database, and never given back by a sum."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import IntegrityError, transaction

from governance.access.policy import DEPARTMENTS
from governance.models import Market, PublicationLine, ScopeDecision, Shutoff, SignoffRequest
from governance.publication.services import guard_holds, publication_publish
from governance.scope.services import scope_decide
from governance.signoffs.services import request_open
from metrics.events.services import batch_ingest
from metrics.operator.carriers import visible
from metrics.operator.effect import Newest, file
from metrics.recompute.selectors import vintages_of
from metrics.recompute.services import run_execute, run_queue
from otdr_hub.hub.guarded import read_hub
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import ConflictError, InvalidInputError
from otdr_hub.lib.roles import acting_as
from tests import builders
from tests.builders import EVENTS, PROMISES, SHOWN, WEEK, csv_file, person
from tests.hub.test_desk import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"


def fed(folder, carriers, market=SHOWN, week=WEEK, received="2025-11-14T00:00:00Z"):
    """Carrier -> (due, on time) of a week, taken in."""
    builders.two_markets()
    day, late = week + dt.timedelta(days=2), week + dt.timedelta(days=4)
    promises, events = [], []
    for carrier, (due, on_time) in carriers.items():
        for n in range(due):
            name = f"{market}-{week}-{carrier}-{n}"
            at = day if n < on_time else late
            promises.append((name, name, market, day.isoformat(), "2025-10-20T10:00:00Z", carrier))
            events.append((f"{name}-d", name, market, "delivered", f"{at}T12:00:00Z", f"{at}T13:00:00Z"))
    for kind, columns, rows in (
        ("promises", (*PROMISES, "carrier"), promises), ("events", EVENTS, events),
    ):  # fmt: skip
        path = csv_file(folder / f"{kind}-{market}-{week}.csv", columns, rows)
        batch_ingest(path=path, kind=kind, actor=person("data_engineer"))


def computed(version=None, as_of=builders.AS_OF):
    run, _ = run_queue(
        version=version or builders.version_effective(), as_of=as_of, actor=person("data_engineer")
    )
    return run_execute(run=run, actor=person("data_engineer"))


def decide(run, breakout="-", state="certified", market=SHOWN, **said):
    effect = builders.effect_of(run, market) if breakout != "carrier" else seen_before(run, market)
    return scope_decide(
        market=Market.objects.get(pk=market), state=state, version=run.version, breakout=breakout,
        vintage=vintages_of(run)[market], through=WEEK, actor=person("dpm"), effect=effect, **said,
    )  # fmt: skip


def seen_before(run, market):
    """The filed table of what the carriers' certification makes visible."""
    found = {code: Newest(code, one, run.digest, run.as_of) for code, one in vintages_of(run).items()}
    table = visible(found=found, monday=WEEK, chosen=[market], version=run.version, actor=person("dpm"))
    return file(table, actor=person("dpm"))


def signed(*decisions):
    builders.required("scope", *DEPARTMENTS)
    lines = [(one.digest, str(one)) for one in decisions]
    builders.sign(
        request_open(act="scope", summary="Certify", lines=lines, actor=person("dpm")), *DEPARTMENTS
    )


def published(run, through=WEEK):
    return publication_publish(
        version=run.version, vintages=vintages_of(run), through=through, as_of=run.as_of, actor=person("dpm")
    )


def shown(market=SHOWN):
    """(reason, {carrier: (due, on time)} of the last week, whether others are withheld)."""
    found = next(one for one in read_hub(market).markets if one.code == market).carriers
    week = found.weeks[-1] if found.weeks else None
    cells = {one.carrier: (one.due, one.on_time) for one in week.cells} if week else {}
    return found.reason, cells, bool(week and week.rest)


def off(value, market=SHOWN):
    Shutoff.objects.create(
        market=market, breakout="carrier", value=value, category="other", by=person("dpm"), at=clock.now()
    )


FOUR = {"a": (40, 39), "b": (30, 28), "c": (20, 17), "d": (12, 11)}


def test_a_breakout_has_a_decision_signatures_and_a_line_of_its_own(tmp_path):
    fed(tmp_path, FOUR)
    run = computed()
    with pytest.raises(ConflictError, match="decide it first"):
        decide(run, "carrier")
    with pytest.raises(InvalidInputError, match="no breakout"):
        decide(run, "lane")
    market = decide(run)
    signed(market)
    published(run)
    assert shown() == ("undecided", {}, False)
    carriers = decide(run, "carrier")
    assert carriers.digest != market.digest
    published(run)
    assert shown() == ("needs_signing", {}, False)
    signed(carriers)
    assert shown()[0] == "undecided", "signed, and not published yet"
    line = PublicationLine.objects.get(publication=published(run), breakout="carrier")
    assert (line.market_id, line.value, line.decision) == (SHOWN, "*", carriers.digest)
    assert shown() == (None, FOUR, False)
    found = read_hub(SHOWN).markets[0].carriers
    assert found.signed_by == ("Finance", "Legal", "Logistics")
    assert found.signed_at is not None
    assert read_hub().markets[0].carriers is None, "only the market asked about is read"
    with acting_as("hub") as cursor:
        cursor.execute("SELECT market FROM hub.breakout")
        assert cursor.fetchall() == [(SHOWN,)], "a market that is not shown has no row at all"


def test_the_table_of_carriers_is_none_of_a_market_and_the_other_way_round(tmp_path):
    """Both name market, vintage and week; the database asks what they are a table of, too."""
    fed(tmp_path, FOUR)
    run = computed()
    market = decide(run)
    for breakout, value, effect in (("-", "-", seen_before(run, SHOWN)), ("carrier", "*", market.effect)):
        again = ScopeDecision.objects.get(pk=market.pk)
        again.pk, again.breakout, again.value, again.effect = None, breakout, value, effect
        with pytest.raises(IntegrityError, match="without its effect table"), transaction.atomic():
            again.save(force_insert=True)


def certified(tmp_path, carriers):
    fed(tmp_path, carriers)
    run = computed()
    signed(decide(run), decide(run, "carrier"))
    published(run)
    return run


def test_small_ones_are_withheld_with_another_and_no_figure_tells_which(tmp_path):
    certified(tmp_path, {"a": (40, 39), "b": (30, 28), "c": (20, 17), "d": (5, 4)})
    assert shown() == (None, {"a": (40, 39), "b": (30, 28)}, True)


def test_all_on_time_would_tell_a_rate_so_one_more_is_withheld(tmp_path):
    certified(tmp_path, {"a": (40, 39), "b": (30, 28), "c": (20, 20), "d": (5, 5)})
    assert shown() == (None, {"a": (40, 39)}, True)


def test_what_cannot_be_hidden_among_others_withholds_the_week(tmp_path):
    certified(tmp_path, {"a": (40, 40), "d": (5, 5)})
    assert shown() == (None, {}, True)


def test_a_carrier_switched_off_is_withheld_and_cannot_be_subtracted(tmp_path):
    certified(tmp_path, FOUR)
    off("a")
    assert shown() == (None, {"b": (30, 28), "c": (20, 17)}, True)
    off("*")
    assert shown() == ("switched_off", {}, False)


def test_the_market_off_hides_its_carriers(tmp_path):
    certified(tmp_path, FOUR)
    off("b", "global")
    assert shown() == (None, {"a": (40, 39), "c": (20, 17)}, True)
    Shutoff.objects.create(market=SHOWN, category="other", by=person("dpm"), at=clock.now())
    assert not read_hub(SHOWN).markets


def test_the_market_left_out_or_unsigned_shows_no_carrier(tmp_path):
    run = certified(tmp_path, FOUR)
    ahead = clock.now().date() + dt.timedelta(days=30)
    decide(run, "carrier", "excluded", reason="Dispute.", owner="Legal", review_on=ahead)
    assert shown()[0] == "excluded"
    decide(run, state="excluded", reason="Dispute.", owner="Legal", review_on=ahead)
    assert not read_hub(SHOWN).markets


def test_the_guard_of_a_breakout_looks_at_each_carrier_that_is_ranked(tmp_path):
    """One carrier gains what the other loses: the market has not moved, the carriers have."""
    run = certified(tmp_path, {"a": (400, 380), "b": (400, 380)})
    line = PublicationLine.objects.get(breakout="carrier")
    whole = PublicationLine.objects.get(market=SHOWN, breakout="-")
    rows = [
        (f"{SHOWN}-{WEEK}-a-385-d", f"{SHOWN}-{WEEK}-a-385", SHOWN, "delivered", "2025-11-05T12:00:00Z", "2025-11-16T00:00:00Z"),
        (f"{SHOWN}-{WEEK}-a-386-d", f"{SHOWN}-{WEEK}-a-386", SHOWN, "delivered", "2025-11-05T12:00:00Z", "2025-11-16T00:00:00Z"),
        (f"{SHOWN}-{WEEK}-b-1-d", f"{SHOWN}-{WEEK}-b-1", SHOWN, "delivered", "2025-11-07T12:00:00Z", "2025-11-16T00:00:00Z"),
        (f"{SHOWN}-{WEEK}-b-2-d", f"{SHOWN}-{WEEK}-b-2", SHOWN, "delivered", "2025-11-07T12:00:00Z", "2025-11-16T00:00:00Z"),
    ]  # fmt: skip
    path = csv_file(tmp_path / "corrections.csv", EVENTS, rows)
    batch_ingest(path=path, kind="events", actor=person("data_engineer"))
    again = computed(run.version, builders.AS_OF + dt.timedelta(days=5))
    assert guard_holds(whole.decision, vintages_of(again)[SHOWN])
    assert not guard_holds(line.decision, vintages_of(again)[SHOWN])
    publication = published(again)
    assert not publication.lines.filter(breakout="carrier").exists()
    assert shown()[0] == "needs_signing"


def test_names_are_those_of_the_week(tmp_path):
    rows = [("a", "Old Name", "2025-01-01"), ("a", "New Name", "2025-12-01"), ("b", "Boat", "2025-01-01")]
    path = csv_file(tmp_path / "carriers.csv", ("carrier", "name", "valid_from"), rows)
    batch_ingest(path=path, kind="carriers", actor=person("data_engineer"))
    certified(tmp_path, FOUR)
    found = read_hub(SHOWN).markets[0].carriers.weeks[-1].cells
    assert [one.name for one in found] == ["Old Name", "Boat", "c", "d"]


def test_carriers_are_decided_on_the_board_on_what_becomes_visible(tmp_path):
    """First the market, then its carriers: the table says who is shown and who is withheld."""
    builders.required("scope", *DEPARTMENTS)
    fed(tmp_path, {"a": (40, 39), "b": (30, 28), "c": (20, 17), "d": (5, 4)})
    run = computed()
    client = signed_in("dpm")
    chosen = {"market": [SHOWN], "week": "2025-W45", "state": "certified", "breakout": "carrier"}
    early = client.get("/scope/decide/", chosen).content.decode()
    assert "The market itself is not decided to be shown." in early
    assert "disabled" in early
    signed(decide(run))
    page = client.get("/scope/decide/", chosen).content.decode()
    assert "What becomes visible" in page
    assert "Decide the carriers of 1 market and ask for signatures" in page
    rows = re.findall(r"<tr(?: class=\"absent\")?><th scope=\"row\">Aland</th><td>(\w)</td>", page)
    assert rows == ["a", "b", "c", "d"]
    assert page.count('<tr class="absent">') == 2
    seen = re.search(r'name="seen" value="(\w+)"', page)
    answer = client.post("/scope/decide/", {**chosen, "seen": seen[1]})
    request = SignoffRequest.objects.order_by("pk").last()
    assert answer["Location"] == f"/signoffs/{request.pk}/"
    assert request.summary.startswith("Show the carriers of Aland")
    (line,) = request.lines.all()
    decision = ScopeDecision.objects.get(digest=line.digest)
    assert (decision.breakout, decision.value, decision.state) == ("carrier", "*", "certified")
    told = signed_in("legal").get(answer["Location"]).content.decode()
    assert "Aland, carriers" in told
    assert "withheld: c and d" in told
    builders.sign(request, *DEPARTMENTS)
    offer = client.get("/scope/publish/").content.decode()
    assert "Aland, carriers" in offer
    assert "1 of 2 markets shown, carriers of 1" in offer
    board = client.get("/scope/").content.decode()
    assert "Carriers, certified on their own" in board
    api = client.get("/api/v1/scope", {"market": SHOWN, "week": "2025-W45", "breakout": "carrier"}).json()
    assert [one["withheld"] for one in api["effect"]["visible"][SHOWN]] == [False, False, True, True]
    assert [(one["code"], one["state"]) for one in api["breakouts"]] == [(SHOWN, "shown")]


def test_the_threshold_of_the_view_is_the_definitions(tmp_path):
    certified(tmp_path, FOUR)
    assert read_hub(SHOWN).markets[0].carriers.threshold == builders.DEFINITION.small_cell
