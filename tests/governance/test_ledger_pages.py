"""The ledger as people read it: sentences, filters, pages, one entry, the verdict, the export, the API."""

from __future__ import annotations

import datetime as dt
import html
import json
import re

import pytest
from django.db import connection
from django.test import Client

from governance.access.policy import ROLES
from governance.audit import history
from governance.audit.exporting import lines
from governance.audit.pages import said
from governance.audit.telling import told
from governance.audit.verdict import last_check, verdict
from governance.killswitch.services import shutoff_activate
from governance.ledger import checkpoints
from governance.ledger.actions import Action
from governance.ledger.export import write
from governance.ledger.models import Entry
from governance.ledger.offline import check_export
from governance.models import SignoffRequest
from governance.tasks import compare
from otdr_hub.lib import clock
from tests import builders
from tests.builders import person

pytestmark = pytest.mark.django_db
READERS = {"admin", "auditor", "data_engineer", "data_owner", "dpm", "finance", "legal", "logistics"}


@pytest.fixture(autouse=True)
def places(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"


@pytest.fixture
def lived(tmp_path):
    """A published market, and a shutoff after it."""
    builders.published(tmp_path)
    shutoff_activate(market=builders.SHOWN, category="other", reason="A smell of gas.", actor=person("dpm"))
    checkpoints.catch_up(begin=True)


def client_of(name: str) -> Client:
    client = Client()
    client.force_login(person(name))
    return client


def text(answer) -> str:
    return html.unescape(" ".join(re.sub("<[^>]+>", " ", answer.content.decode()).split()))


def test_every_entry_is_a_sentence(lived):
    names = dict(history.markets())
    numbers = {
        str(pk): str(n)
        for n, pk in enumerate(SignoffRequest.objects.order_by("pk").values_list("pk", flat=True), 1)
    }
    sentences = [
        re.sub(r"(?<=request )\d+", lambda found: numbers[found.group()], str(told(entry, names)))
        for entry in Entry.objects.all()
    ]
    assert "dpm decided the scope of Aland (AA): certified." in sentences
    assert "dpm switched off Aland (AA): other, A smell of gas." in sentences
    assert "finance answered the request 1: for finance, approved 1 line; otdr-test is approved." in sentences
    assert "legal answered the request 2: for legal, approved 1 line." in sentences
    assert "dpm put into effect the metric version otdr-test: from 2025-10-27." in sentences
    assert "dpm published P-1: 1 of 2 markets with a decision." in sentences
    assert "dpm asked for signatures on request 2: Certify." in sentences
    assert not [one for one in sentences if "None" in one or "  " in one or "{" in one]


def test_every_act_is_found_under_a_kind():
    """Whoever filters by every kind in turn has seen the whole record."""
    assert sorted(action for found in history.ACTIONS.values() for action in found) == sorted(Action.values)


def test_an_entry_of_an_unknown_form_is_told_all_the_same():
    for payload in ("no json", "[]", "{}", '{"facts":{"signatures":null}}'):
        entry = Entry(seq=1, actor="x", action="signoff.given", subject="request 1", payload=payload)
        assert str(told(entry, {})).startswith("x answered the request 1")
    assert str(told(Entry(actor="x", action="new.act", subject="y", payload="{}"), {})) == "x new.act y."


@pytest.mark.parametrize("role", ROLES)
def test_who_reads_the_record(lived, role):
    client = client_of(role)
    first = Entry.objects.first().seq
    wanted = 200 if role in READERS else 403
    for path in ("/ledger/", f"/ledger/{first}/", "/ledger/past/", "/api/v1/ledger"):
        assert client.get(path).status_code == wanted, path
    assert client.get("/ledger/export/").status_code == (200 if role == "auditor" else 403)
    may_verify = role in {"admin", "auditor", "finance", "legal"}
    assert client.post("/ledger/").status_code == (200 if may_verify else 403)
    assert ('href="/ledger/"' in client.get("/").content.decode()) is (role in READERS)


def test_what_an_entry_holds_is_for_those_who_may_read_counts(lived):
    entry = Entry.objects.get(action="scope.decided")
    page = text(client_of("auditor").get(f"/ledger/{entry.seq}/"))
    assert json.loads(entry.payload)["digest"] in page
    assert entry.hash in page
    assert entry.prev_hash in page
    assert "It is the entry that was signed" in page
    closed = text(client_of("admin").get(f"/ledger/{entry.seq}/"))
    assert json.loads(entry.payload)["digest"] not in closed
    assert "To read (entry) takes the role" in closed
    rows = client_of("admin").get("/api/v1/ledger").json()["entries"]
    assert {row["payload"] for row in rows} == {None}
    assert client_of("auditor").get("/ledger/99999/").status_code == 404
    assert client_of("auditor").get(f"/ledger/{10**20}/").status_code == 404


def test_the_history_is_newest_first_and_filtered(lived):
    client = client_of("auditor")
    page = text(client.get("/ledger/"))
    assert (
        page.index("switched off Aland")
        < page.index("published P-1")
        < page.index("proposed the metric version")
    )
    assert "switched off Aland" not in text(client.get("/ledger/?kind=publications"))
    assert "published P-1" in text(client.get("/ledger/?kind=publications"))
    mine = text(client.get("/ledger/?person=legal"))
    assert "legal answered the request" in mine
    assert "finance answered" not in mine
    market = text(client.get("/ledger/?market=AA"))
    assert "switched off Aland" in market
    assert "proposed the metric version" not in market
    assert "Nothing recorded fits this choice." in text(client.get("/ledger/?day=2020-01-01"))
    today = clock.now().date().isoformat()
    assert "switched off Aland" in text(client.get(f"/ledger/?day={today}"))


@pytest.mark.parametrize(
    "query", ["kind=parcels", "day=soon", "before=x", "before=0", "limit=0", "limit=201", "page=2"]
)
def test_a_question_that_cannot_be_asked_is_said(lived, query):
    for path in ("/ledger/", "/api/v1/ledger"):
        answer = client_of("auditor").get(f"{path}?{query}")
        assert answer.status_code == 422
        assert query.partition("=")[0] in answer.content.decode()


def test_pages_follow_one_another_without_a_gap(lived):
    client, seen, way = client_of("auditor"), [], "/api/v1/ledger?limit=7"
    while way:
        body = client.get(way).json()
        seen += [row["seq"] for row in body["entries"]]
        way = body["next"]
    assert seen == list(range(Entry.objects.count(), 0, -1))


def test_a_claimed_past_is_labelled():
    with clock.at(dt.datetime(2025, 11, 14, 12, tzinfo=dt.UTC)):
        person("legal")
    page = text(client_of("auditor").get("/ledger/"))
    assert "A demonstration’s past, claimed for 14 Nov 2025, 12:00:00 UTC" in page
    entry = Entry.objects.exclude(claimed_at=None).first()
    assert "Claimed for 14 Nov 2025" in text(client_of("auditor").get(f"/ledger/{entry.seq}/"))
    assert "created the account legal" in text(client_of("auditor").get("/ledger/?day=2025-11-14"))


def test_the_verdict_is_that_of_the_full_check(lived):
    assert last_check() is None
    assert "Not verified yet." in text(client_of("auditor").get("/ledger/"))
    checkpoints.catch_up()
    page = text(client_of("auditor").post("/ledger/"))
    assert re.search(r"Verified .* UTC: all \d+ entries hold, and the tables say what they say", page)
    assert "was signed" in text(client_of("finance").get("/ledger/"))
    compare()
    assert last_check().problem == ""


def test_a_broken_chain_is_on_the_page(lived):
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("SET LOCAL ROLE otdr_owner")
        cursor.execute("ALTER TABLE governance_ledger DISABLE TRIGGER refuse_change")
        cursor.execute("UPDATE governance_ledger SET actor = 'nobody' WHERE seq = 3")
        cursor.execute("ALTER TABLE governance_ledger ENABLE ALWAYS TRIGGER refuse_change")
        cursor.execute("SET LOCAL ROLE otdr_app")
    page = text(client_of("auditor").post("/ledger/"))
    assert "Does not hold, checked" in page
    assert "Entry 3 of the ledger does not hold: its content does not match its hash" in page


def test_an_old_check_says_so(lived):
    client_of("auditor").post("/ledger/")
    words = said(verdict(), clock.now() + dt.timedelta(hours=3))
    assert "That is long ago: the scheduler checks every 30 seconds while it runs." in words.lead


def test_the_streamed_export_is_the_commands_export(lived, tmp_path, monkeypatch):
    monkeypatch.setattr("governance.audit.exporting._AT_ONCE", 5)
    client = client_of("auditor")
    with clock.at(dt.datetime(2025, 11, 14, 12, tzinfo=dt.UTC)):
        person("bizops")
    answer = client.get("/ledger/export/")
    assert answer["Content-Disposition"] == 'attachment; filename="ledger.jsonl"'
    streamed = read_here(monkeypatch)
    write(tmp_path / "by-command.jsonl")
    assert streamed == (tmp_path / "by-command.jsonl").read_text("utf-8")
    finding, _, entries = check_export(iter(streamed.splitlines()), None)
    assert (finding, entries) == (None, Entry.objects.count())


def read_here(monkeypatch) -> str:
    """The export read in this thread, whose transaction nobody else sees."""

    def here(call):
        async def called(*given):
            return call(*given)

        return called

    monkeypatch.setattr("governance.audit.exporting.sync_to_async", here)
    pieces, reading = [], lines()
    while True:
        try:
            reading.__anext__().send(None)
        except StopIteration as piece:
            pieces.append(piece.value)
        except StopAsyncIteration:
            return "".join(pieces)


def test_a_past_moment_is_answered(lived):
    client, after = client_of("auditor"), clock.now()
    before = Entry.objects.get(action="publication.published").recorded_at.isoformat().replace("+00:00", "Z")
    page = text(client.get("/ledger/past/", {"at": before}))
    assert "P-1" in page
    assert "91.7" in page
    assert "Aland" in page
    assert "Signed by Finance, Legal and Logistics." in page
    closed = text(client_of("finance").get("/ledger/past/", {"at": before}))
    assert "91.7" not in closed
    assert "The numbers are not on this page for you." in closed
    assert "Covers 1 of 2 markets." in closed
    off = text(client.get("/ledger/past/", {"at": after.isoformat()}))
    assert "Switched off" in off
    assert "A smell of gas." in off
    assert "91.7" not in off


@pytest.mark.parametrize(
    "at", ["yesterday", "2999-01-01T00:00", "0001-01-01T00:00+23:00", "2026-13-01T00:00"]
)
def test_a_moment_that_is_none_is_said(lived, at):
    answer = client_of("auditor").get("/ledger/past/", {"at": at})
    assert answer.status_code == 422
    assert "moment" in text(answer)
