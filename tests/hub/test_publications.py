"""Publications: what each says now, what may no longer be said, what changed, and the way back."""

from __future__ import annotations

import itertools
import random
import re
from fractions import Fraction

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from governance.audit.review import review
from governance.killswitch.services import shutoff_activate
from governance.ledger import checkpoints
from governance.ledger.offline import COLUMNS, Replay
from governance.models import Entry, Epoch, Publication, PublicationRollback, SignoffRequest
from governance.publication.services import publication_rollback
from governance.signoffs.services import signature_withdraw
from otdr_hub.hub.guarded import read_hub, read_publications
from otdr_hub.hub.publications.comparing import compared
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, MovedError
from otdr_hub.lib.shortid import code_of
from tests.builders import WEEK, person
from tests.decide_client import client as browser
from tests.publications import NEXT, WORLD, excluded, three_published

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def places(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"


def client(role="executive"):
    found = Client()
    found.force_login(person(role))
    return found


def off(market):
    shutoff_activate(market=market, category="data_quality", actor=person("dpm"))


def body(path, role="executive"):
    return client(role).get(f"/api/v1/{path}").json()


def integers(value):
    """Every integer in a body of the API, but the ones that only name something."""
    if isinstance(value, dict):
        left_out = {"number", "epoch", "markets_shown", "markets_in_scope", "hundredths"}
        return {n for key, item in value.items() if key not in left_out for n in integers(item)}
    if isinstance(value, list):
        return {n for item in value for n in integers(item)}
    return {value} if isinstance(value, int) and not isinstance(value, bool) else set()


def on_page(html):
    return {int(text.replace(",", "")) for text in re.findall(r'<td class="num[^>]*>([\d,]+)</td>', html)}


def cells():
    """(market, week) -> the integers that would give its number away, in every way it was counted."""
    for market, by_week in WORLD.items():
        for week, (due, late) in by_week.items():
            for fewer in (0, 1) if (market, week) == ("BB", WEEK) else (0,):
                yield market, week, (due, due - late + fewer)


def forbidden(hidden):
    """Counts of hidden markets, and every sum of a week that holds one of them."""
    found = set()
    for week in (WEEK, NEXT):
        here = [(market, counts) for market, monday, counts in cells() if monday == week]
        for size in (1, 2, 3):
            for some in itertools.combinations(here, size):
                if {market for market, _ in some} & hidden:
                    found |= {sum(counts[place] for _, counts in some) for place in (0, 1)}
    return found


def everything_said():
    """Every integer on every surface of every publication, compared with every other one."""
    found = set()
    numbers = list(Publication.objects.values_list("number", flat=True))
    reader = client()
    for number in numbers:
        for other in numbers:
            found |= integers(reader.get(f"/api/v1/publications/{number}?against={other}").json())
            found |= on_page(reader.get(f"/publications/P-{number}/?against={other}").content.decode())
    for path in ("/publications/", "/verify/", "/notices/"):
        assert on_page(reader.get(path).content.decode()) == set()
    return found | integers(reader.get("/api/v1/hub").json())


def test_each_publication_says_its_own_numbers_and_its_sum_is_of_the_rows_shown(tmp_path):
    three_published(tmp_path)
    first, second, third = read_publications(1, 2, 3)
    assert [week.counts.due for week in first.rollup] == [23 + 97]
    assert [(week.counts.due, week.counts.on_time) for week in second.rollup] == [(511, 21 + 88 + 351)]
    assert third.rollup[0].counts.on_time == 21 + 89 + 351
    assert third == read_publications(3)[0] or third.markets == read_publications(3)[0].markets
    hub = read_hub()
    assert (third.markets, third.rollup, third.coverage) == (hub.markets, hub.rollup, hub.coverage)
    assert (third.publication, third.epoch) == (hub.publication, hub.epoch)
    answer = body("publications/P-2")
    assert answer["rollup"]["due"] == sum(market["due"] for market in answer["markets"]) == 511
    assert answer["change"] == "Joined: Carpathia."
    assert body("publications/2")["code"] == code_of(2, answer["publication"]["digest"])
    html = client().get("/publications/P-2/").content.decode()
    assert on_page(html) >= {511, 391}
    assert "Superseded by P-3" in html
    assert read_publications(99)[0].publication is None


def test_the_change_is_told_in_four_parts_that_add_up(tmp_path):
    three_published(tmp_path)
    one = body("publications/P-2")["comparison"]
    assert one["joined"] == ["CC"]
    assert [one[part]["exact"] for part in ("real", "mix", "restated")] == ["0", "0", "0"]
    assert one["scope"] == one["total"]
    two = body("publications/P-3")["comparison"]
    parts = [Fraction(two[part]["exact"]) for part in ("real", "mix", "restated", "scope")]
    before, now = (reading.rollup[-1].counts.rate for reading in read_publications(2, 3))
    assert sum(parts) == now - before == Fraction(two["total"]["exact"])
    assert parts[2] == Fraction(1, 511), "one delivery of Borduria was counted anew"
    assert two["recounted"] == ["BB"]
    assert (
        sum(two[part]["hundredths"] for part in ("real", "mix", "restated", "scope"))
        == two["total"]["hundredths"]
    )
    html = client().get("/publications/P-3/?against=P-1").content.decode()
    assert "P-3 against P-1" in html
    assert "Joined: Carpathia." in html


@pytest.mark.parametrize("seed", range(2))
def test_no_publication_gives_away_what_may_not_be_seen_now(tmp_path, seed):
    """Kills, exclusions, withdrawn signatures and rollbacks in any order: nothing said holds a hidden count."""
    three_published(tmp_path)
    chance, hidden = random.Random(seed), set()  # noqa: S311 (a test)
    assert everything_said() & forbidden({"AA", "BB", "CC"}), "the search finds what is said"

    def withdrawn(market):
        request = SignoffRequest.objects.filter(act="scope", lines__subject=market).get()
        digests = list(request.lines.filter(subject=market).values_list("digest", flat=True))
        signature_withdraw(request=request, digests=digests, reason="I misread it.", actor=person("legal"))

    acts = [(act, market) for act in (off, excluded, withdrawn) for market in WORLD]
    chance.shuffle(acts)
    done = []
    for act, market in acts[:3]:
        act(market)
        done.append((act.__name__, market))
        hidden.add(market)
        readings = read_publications(1, 2, 3)
        for reading in readings:
            assert not {one.code for one in reading.markets} & hidden, done
            for week in reading.rollup:
                rows = [w.counts.due for one in reading.summed for w in one.weeks if w.monday == week.monday]
                assert week.counts.due == sum(rows)
        assert not everything_said() & forbidden(hidden), done
        for old, new in itertools.product(readings, repeat=2):
            found = compared(old, new)
            assert found.parts is None or not {*found.parts.effects} & hidden


def test_a_code_is_valid_superseded_or_withdrawn_and_tells_no_number(tmp_path):
    first, _, third = three_published(tmp_path)
    codes = {one.number: code_of(one.number, one.digest) for one in (first, third)}

    def answer(number):
        page = client().get(f"/verify/{codes[number]}/")
        assert on_page(page.content.decode()) == set()
        assert not integers(body(f"verify/{codes[number]}"))
        return body(f"verify/{codes[number]}"), page.content.decode()

    assert answer(3)[0]["state"] == "valid"
    found, html = answer(1)
    assert (found["state"], found["by"]) == ("superseded", "P-2")
    assert "Superseded by P-2 on" in html
    off("BB")
    for number in (1, 3):
        found, html = answer(number)
        assert (found["state"], [one["market"] for one in found["stopped"]]) == ("withdrawn", ["BB"])
        assert "Borduria: switched off since" in html
    assert (
        client().get("/verify/", {"code": f"P-3 · {third.digest[:4]} {third.digest[4:8]}"}).status_code == 200
    )
    for wrong in ("P-3-00000000", "P-99-7f3a91c4", "rubbish"):
        assert client().get(f"/verify/{wrong}/").status_code == 404
        assert client().get(f"/api/v1/verify/{wrong}").status_code == 404


def test_a_publication_that_lost_a_market_says_so_and_compares_the_rest(tmp_path):
    three_published(tmp_path)
    off("CC")
    html = client().get("/publications/P-3/").content.decode()
    assert "Carpathia (switched off) may not be seen now and is in neither sum." in html
    two = body("publications/P-3")["comparison"]
    assert (two["hidden"], two["joined"], two["left"]) == (["CC"], [], [])
    assert Fraction(two["restated"]["exact"]) == Fraction(1, 120)
    off("global")
    for path in ("/publications/P-1/", "/publications/P-3/?against=P-1"):
        html = client().get(path).content.decode()
        assert on_page(html) == set()
        assert "No market of it may be seen now" in html
    assert body("publications/P-3")["comparison"] is None


def test_a_rollback_shows_the_earlier_one_again_and_takes_back_what_came_after(tmp_path):
    _, second, third = three_published(tmp_path)
    before, dpm = Epoch.objects.get().value, person("dpm")
    with pytest.raises(InvalidInputError, match="needs a reason"):
        publication_rollback(publication=second, reason=" ", actor=dpm)
    with pytest.raises(ConflictError, match="is what is shown now"):
        publication_rollback(publication=third, reason="No.", actor=dpm)
    with pytest.raises(MovedError):
        publication_rollback(publication=second, reason="No.", actor=dpm, over=2)
    again = publication_rollback(publication=second, reason="The week is wrong.", actor=dpm, over=3)
    assert (again.number, again.digest, again.content) == (4, second.digest, second.content)
    assert Epoch.objects.get().value > before
    assert read_hub().rollup[-1].monday == WEEK
    taken, shown = read_publications(3, 4)
    assert (taken.taken_back_by, taken.markets, taken.rollup, taken.coverage.due_in_scope) == (4, (), (), 0)
    assert shown.rollup == read_hub().rollup
    assert not everything_said() & {783, 195, 47, 783 + 195 + 47}, "the week taken back is nowhere"
    html = client().get("/publications/P-3/").content.decode()
    assert "it was taken back on" in html
    assert on_page(html) == set()
    assert "P-2 shown again, word for word." in client().get("/publications/").content.decode()
    assert body(f"verify/{code_of(3, third.digest)}")["taken_back"] is True
    with pytest.raises(ConflictError, match="was taken back by P-4"):
        publication_rollback(publication=third, reason="No.", actor=dpm)
    checkpoints.keep_up()
    found = review()
    assert (found.difference, found.finding, found.guard) == (None, None, "")
    entry = Entry.objects.get(action="publication.rolled_back")
    assert (entry.subject, entry.actor) == ("P-2", "dpm")
    about = client().get("/about/").content.decode()
    assert f"{entry.seq} ·" in about, "the act that made P-4, though it is told of P-2"


def test_what_may_not_be_shown_now_is_not_rolled_back_to(tmp_path):
    first, second, _ = three_published(tmp_path)
    off("CC")
    with pytest.raises(ConflictError, match="Carpathia is switched off"):
        publication_rollback(publication=second, reason="Back.", actor=person("dpm"))
    excluded("AA")
    with pytest.raises(ConflictError, match="Aland is excluded"):
        publication_rollback(publication=first, reason="Back.", actor=person("dpm"))
    again = Publication.objects.get(pk=3)
    with pytest.raises(DatabaseError, match="is not what"), transaction.atomic():
        PublicationRollback.objects.create(publication=again, restores=first, reason="forged")
    with pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute("DELETE FROM governance_publicationrollback")


def test_one_replayed_entry_that_calls_itself_a_rollback_is_found(tmp_path):
    _, second, _ = three_published(tmp_path)
    publication_rollback(publication=second, reason="Back.", actor=person("dpm"))
    replay = Replay()
    for row in Entry.objects.order_by("seq").values_list(*COLUMNS):
        forged = row[6].replace('"restores":"P-2"', '"restores":"P-1"')
        replay.fold((row[0], row[1].isoformat(), None, *row[3:6], forged, *row[7:]))
    assert "is not what P-1 was" in replay.finding.problem


def test_the_button_and_the_api_roll_back_after_a_proof(tmp_path):
    three_published(tmp_path)
    unproven = client("dpm")
    sent = unproven.post("/publications/P-2/rollback/", {"reason": "Wrong week.", "over": "3"})
    assert (sent.status_code, "reauthenticate" in sent["Location"]) == (302, True)
    assert 'value="Wrong week."' in unproven.get("/publications/P-2/").content.decode()
    assert (
        unproven.post("/api/v1/publications/P-2/rollback", {"reason": "x"}, "application/json").status_code
        == 403
    )
    reader = browser("dpm", proven=True)
    moved = reader.post("/publications/P-2/rollback/", {"reason": "Wrong week.", "over": "2"})
    assert moved.status_code == 409
    reader.post("/publications/P-2/rollback/", {"reason": "Wrong week.", "over": "3"})
    assert read_hub().publication.number == 4
    call = {
        "path": "/api/v1/publications/P-1/rollback",
        "data": {"reason": "Further."},
        "content_type": "application/json",
    }
    assert reader.post(**call).status_code == 428
    assert reader.post(**call, headers={"if-match": '"P-3"'}).status_code == 412
    made = reader.post(**call, headers={"if-match": '"P-4"', "idempotency-key": "one"})
    assert (made.status_code, made.json()["publication"]) == (201, "P-5")
    again = reader.post(**call, headers={"if-match": '"P-4"', "idempotency-key": "one"})
    assert (again.status_code, again.json(), Publication.objects.count()) == (201, made.json(), 5)
