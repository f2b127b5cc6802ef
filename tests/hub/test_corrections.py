"""Whoever opened or exported a number that is stopped or restated later is told, and says that they know."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from governance.audit.review import review
from governance.killswitch.services import shutoff_activate
from governance.ledger import checkpoints
from governance.models import Acknowledgement, Entry, Publication, PublicationRead, SignoffRequest
from governance.publication import readers
from governance.publication.notices.selectors import notices, to_acknowledge
from governance.publication.notices.services import notice_acknowledge
from governance.publication.readers import note_read
from governance.publication.services import publication_publish, publication_rollback
from governance.scope.services import scope_decide
from governance.signoffs.services import request_open, signature_withdraw
from metrics.periods.services import period_lock
from metrics.recompute.selectors import vintages_of
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import NotAllowedError
from tests import builders
from tests.builders import SHOWN, WEEK, person
from tests.governance.test_guard import corrected, next_week, published_again, recomputed
from tests.publications import excluded

pytestmark = pytest.mark.django_db
SURFACES = ("page", "api", "csv", "xlsx", "pdf", "print")


@pytest.fixture(autouse=True)
def places(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"


def client(role):
    found = Client()
    found.force_login(person(role))
    return found


def off(market=SHOWN):
    return shutoff_activate(market=market, category="other", actor=person("dpm"))


def test_the_pages_and_the_api_note_who_read_what_once(tmp_path):
    builders.published(tmp_path)
    reader = client("executive")
    for path in (
        "/",
        "/",
        f"/markets/{SHOWN}/",
        "/api/v1/hub",
        f"/api/v1/markets/{SHOWN}",
        "/publications/P-1/",
    ):
        assert reader.get(path).status_code == 200
    found = PublicationRead.objects.values_list("person__username", "publication", "surface", "scope")
    assert sorted(found) == [("executive", 1, "api", SHOWN), ("executive", 1, "page", SHOWN)]
    with pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute("UPDATE governance_publicationread SET surface = 'csv'")
    with pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute("DELETE FROM governance_publicationread")


def test_what_is_known_is_not_asked_again_and_a_failure_stops_no_reader(
    tmp_path, caplog, django_assert_num_queries, django_capture_on_commit_callbacks
):
    builders.published(tmp_path)
    reader = person("executive")
    with django_capture_on_commit_callbacks(execute=True):
        note_read(reader, 1, "csv", [SHOWN])
    with django_assert_num_queries(0):
        note_read(reader, 1, "csv", [SHOWN])
    readers._known.clear()
    note_read(reader, 1, "csv", [SHOWN])
    assert PublicationRead.objects.count() == 1
    note_read(reader, 1, "facsimile", [SHOWN])
    assert "not noted: executive read P-1 (facsimile)" in caplog.text


def test_a_reader_of_each_surface_is_told_of_a_shutoff(tmp_path):
    builders.published(tmp_path)
    reading = {surface: person(f"reader-{surface}", "executive") for surface in SURFACES}
    for surface, reader in reading.items():
        note_read(reader, 1, surface, [SHOWN])
    assert notices() == []
    shutoff = off()
    for surface, reader in reading.items():
        (one,) = to_acknowledge(reader.pk)
        assert (one.event, one.seen, one.markets) == (f"switched_off-{shutoff.pk}", ((1, surface),), (SHOWN,))
    assert to_acknowledge(person("bizops").pk) == []
    window = Client()
    window.force_login(reading["xlsx"])
    main = window.get("/notices/").content.decode().partition("<main")[2]
    assert "Aland was switched off on" in main
    assert "exported it as a workbook (P-1)" in main
    assert "%" not in main, "no number is in it"


def test_every_way_a_number_is_stopped_makes_a_notice(tmp_path):
    first = builders.published(tmp_path)
    reader = person("executive")
    note_read(reader, 1, "page", [SHOWN])
    next_week(tmp_path)
    run = recomputed(first)
    published_again(first, run, WEEK + dt.timedelta(weeks=1))
    note_read(reader, 2, "csv", [SHOWN])
    publication_rollback(publication=first, reason="Wrong.", actor=person("dpm"))
    request = SignoffRequest.objects.get(act="scope")
    digests = [line.digest for line in request.lines.all()]
    signature_withdraw(request=request, digests=digests, reason="Misread.", actor=person("legal"))
    excluded(SHOWN)
    off("global")
    off()
    kinds = sorted(one.event.partition("-")[0] for one in notices(reader.pk))
    assert kinds == ["excluded", "switched_off", "switched_off", "taken_back", "unsigned"]
    (back,) = [one for one in notices(reader.pk) if one.kind == "taken_back"]
    assert back.seen == ((2, "csv"),)
    html = client("executive").get("/inbox/").content.decode()
    for said in (
        "Everything was switched off on", "Aland was excluded by decision on", "P-2 was taken back on",
        "A signature for Aland was taken back on", "exported it as CSV (P-2)", "opened it (P-1)",
    ):  # fmt: skip
        assert said in html, said


def test_a_restatement_after_the_lock_is_told_once_the_new_data_is_shown(tmp_path):
    run = builders.run_closed(tmp_path)
    builders.required("scope", *builders.DEPARTMENTS)
    decision = scope_decide(
        market=builders.Market.objects.get(pk=SHOWN), state="certified", version=run.version, through=WEEK,
        vintage=vintages_of(run)[SHOWN], guard={"max_drift_points": "20"},
        effect=builders.effect_of(run), actor=person("dpm"),
    )  # fmt: skip
    request = request_open(act="scope", summary="AA", lines=[(decision.digest, "AA")], actor=person("dpm"))
    builders.sign(request, *builders.DEPARTMENTS)
    first = publication_publish(
        version=run.version, vintages=vintages_of(run), through=WEEK, as_of=run.as_of, actor=person("dpm")
    )
    reader = person("executive")
    note_read(reader, 1, "pdf", [SHOWN])
    period_lock(markets=[SHOWN], monday=WEEK, version=run.version, actor=person("finance"))
    corrected(tmp_path)
    later = recomputed(first)
    assert notices(reader.pk) == [], "found, and not shown yet"
    published_again(first, later)
    (one,) = notices(reader.pk)
    assert (one.kind, one.seen) == ("restated", ((1, "pdf"),))
    html = client("executive").get("/notices/").content.decode()
    assert "Aland, week 45, was restated after its lock; P-2 shows other data since" in html
    note_read(person("bizops"), 2, "page", [SHOWN])
    assert notices(person("bizops").pk) == [], "who read the new number has nothing to correct"


def test_acknowledging_is_one_act_with_rows_and_one_entry(tmp_path):
    builders.published(tmp_path)
    reader = person("executive")
    note_read(reader, 1, "page", [SHOWN])
    off(), off("global")
    window = client("executive")
    assert "2<span" in window.get("/").content.decode(), "the count is on the hub"
    events = [one.event for one in to_acknowledge(reader.pk)]
    with pytest.raises(NotAllowedError, match="not addressed"):
        notice_acknowledge(events=events, actor=person("bizops"))
    before = Entry.objects.count()
    sent = window.post("/api/v1/notices/acknowledge", {"events": events[:1]}, "application/json")
    assert sent.json() == {"acknowledged": events[:1]}
    assert window.post("/notices/", {"event": events}).status_code == 302
    assert Entry.objects.count() == before + 2
    assert to_acknowledge(reader.pk) == []
    assert window.post("/notices/", {"event": events}).status_code == 302
    assert (Entry.objects.count(), Acknowledgement.objects.count()) == (before + 2, 2)
    assert [one["acknowledged_at"] is None for one in window.get("/api/v1/notices").json()["notices"]] == [
        False
    ] * 2
    with pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute("DELETE FROM governance_acknowledgement")
    checkpoints.keep_up()
    found = review()
    assert (found.difference, found.finding, found.guard) == (None, None, "")


def test_who_answers_for_it_sees_who_knows(tmp_path):
    builders.published(tmp_path)
    for name in ("executive", "bizops"):
        note_read(person(name), 1, "page", [SHOWN])
    off()
    notice_acknowledge(events=[notices()[0].event], actor=person("bizops"))
    for role in ("dpm", "auditor"):
        html = client(role).get("/notices/").content.decode()
        assert "Who knows" in html
        assert "executive" in html
        assert "bizops, " in html
    assert "Who knows" not in client("finance").get("/notices/").content.decode()


def test_a_reading_that_met_a_shutoff_half_way_is_told_too(tmp_path):
    """The number was read, the switch was thrown, and only then was the reading written down."""
    builders.published(tmp_path)
    with clock.at(clock.now() - dt.timedelta(seconds=2)):
        off()
    note_read(person("executive"), 1, "page", [SHOWN])
    assert len(to_acknowledge(person("executive").pk)) == 1
    assert Publication.objects.count() == 1


def test_an_auditor_is_told_and_takes_note_of_nothing(tmp_path):
    builders.published(tmp_path)
    window = client("auditor")
    assert window.get("/").status_code == 200
    off()
    page = window.get("/notices/").content.decode()
    assert "was switched off" in page
    assert "I have taken note of these" not in page
    assert "To acknowledge (notice) takes the role" in page
    assert "to take note of" not in page.partition("<main")[0], "nothing is asked of whoever only reads"
    (one,) = notices(person("auditor").pk)
    assert window.post("/notices/", {"event": one.event}).status_code == 403
    with pytest.raises(NotAllowedError):
        notice_acknowledge(events=[one.event], actor=person("auditor"))
