"""What came, as pages and as the API tells it: lists, filters, quarantine, what is missing."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from metrics.events.declared import Days
from metrics.events.services import batch_ingest
from metrics.models import Batch, Upload
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import InvalidInputError
from tests.builders import person
from tests.metrics.inputs import GOOD, csv_text
from tests.metrics.sending import HEADER, ROW, client_of, events, post, read_all


def take(brazil, name, *rows, **said):
    path = csv_text(brazil / name, HEADER, *(rows or [f"{name},{','.join(GOOD[1:])}"]))
    return batch_ingest(path=path, kind="events", actor=person("data_engineer"), **said).batch


def text(answer):
    return " ".join(re.sub("<[^>]+>", " ", answer.content.decode()).split())


def test_an_empty_list_says_what_comes_next(sender):
    page = text(sender.get("/batches/"))
    assert "Nothing has come yet. Promises come first, then events" in page
    assert "No feed has a rhythm yet" in page
    assert "Send a file" in page
    assert sender.get("/api/v1/batches").json() == {"batches": [], "next": None}


def test_who_reads_only_sees_no_form_and_strangers_see_a_sentence(brazil):
    page = text(client_of(person("auditor")).get("/batches/"))
    assert "What came, newest first" in page
    assert "Send the file" not in page
    refused = client_of(person("executive")).get("/batches/")
    assert refused.status_code == 403
    assert "takes the role auditor or data_engineer or dpm" in text(refused)
    assert "Batches" not in client_of(person("executive")).get("/accounts/login/").content.decode()


def test_the_menu_leads_there_for_those_who_may(sender):
    assert 'href="/batches/" aria-current="page"' in sender.get("/batches/").content.decode()
    assert 'href="/batches/"' in sender.get("/").content.decode()
    assert 'href="/batches/"' not in client_of(person("executive")).get("/").content.decode()


def test_the_list_tells_who_when_what_and_why_not(sender, brazil):
    with clock.at(dt.datetime(2026, 11, 17, 6, 10, tzinfo=dt.UTC)):
        closes = dt.date(2026, 11, 9), dt.date(2026, 11, 15)
        take(brazil, "good.csv", ROW, ROW.replace("BR", "ZZ"), source="backfill", closes=Days(*closes))
        with pytest.raises(InvalidInputError):
            batch_ingest(
                path=csv_text(brazil / "bad.csv", f"{HEADER},recipient", ROW),
                kind="events", actor=person("data_engineer"),
            )  # fmt: skip
    page = text(sender.get("/batches/"))
    assert "1 of 2 rows taken" in page
    assert "1 set aside" in page
    assert "events, backfill, completes 9–15 Nov 2026" in page
    assert "17 Nov 2026, 06:10 UTC, from data_engineer" in page
    refused = text(sender.get("/batches/?state=refused&kind=events"))
    assert "bad.csv" in refused
    assert "good.csv" not in refused
    assert Batch.objects.get(state="refused").problem in sender.get("/batches/").content.decode().replace(
        "&#x27;", "'"
    )
    assert "Nothing that came is of this kind and state." in text(sender.get("/batches/?kind=carriers"))
    assert sender.get("/batches/?kind=nonsense&state=x&before=abc").status_code == 200


def test_pages_follow_one_another(sender, brazil):
    for n in range(5):
        take(brazil, f"f{n}.csv")
    first = sender.get("/api/v1/batches?limit=2&kind=events").json()
    assert [row["file"] for row in first["batches"]] == ["f4.csv", "f3.csv"]
    second = sender.get(first["next"]).json()
    assert [row["file"] for row in second["batches"]] == ["f2.csv", "f1.csv"]
    last = sender.get(second["next"]).json()
    assert ([row["file"] for row in last["batches"]], last["next"]) == (["f0.csv"], None)


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "kind=parcels", "state=x", "before=-1", "page=2"]
)
def test_a_filter_that_is_none_is_said(sender, query):
    answer = sender.get(f"/api/v1/batches?{query}")
    assert answer.status_code == 422
    assert query.partition("=")[0] in answer.json()["detail"]


def test_a_batch_shows_reasons_first_lines_and_all_lines_as_a_file(sender, brazil):
    rows = [f"e{n},{','.join(GOOD[1:])}".replace("BR", "ZZ" if n % 3 else "BR") for n in range(450)]
    batch = take(brazil, "b.csv", *rows, ",,,,,")
    page = text(sender.get(f"/batches/{batch.pk}/"))
    assert "150 of 451 rows taken" in page
    assert "unknown market unknown_market 300" in page
    assert "The first 200 of 301 lines" in page
    assert batch.digest in page
    answer = sender.get(f"/api/v1/batches/{batch.pk}/quarantine", headers={"accept": "text/csv"})
    assert answer["Content-Disposition"] == f'attachment; filename="batch-{batch.pk}-quarantine.csv"'
    lines = b"".join(answer).decode().split("\r\n")
    assert (lines[0], lines[1], len(lines)) == ("line,reason", "3,unknown_market", 303)
    assert lines[-2].startswith("452,")


def test_a_quarantine_of_several_pieces_is_whole_and_in_order(sender, brazil, monkeypatch):
    monkeypatch.setattr("metrics.uploads.api._LINES_AT_ONCE", 7)
    batch = take(brazil, "b.csv", *[f"e{n},{','.join(GOOD[1:])}".replace("BR", "ZZ") for n in range(30)])
    lines = b"".join(sender.get(f"/api/v1/batches/{batch.pk}/quarantine")).decode().splitlines()[1:]
    assert [line.partition(",")[0] for line in lines] == [str(n) for n in range(2, 32)]


def test_what_is_not_there_is_not_found(sender):
    nobody = "00000000-0000-4000-8000-000000000000"
    for path in ("/batches/9/", f"/batches/uploads/{nobody}/"):
        assert sender.get(path).status_code == 404
    for path in ("batches/9", "batches/9/quarantine", f"batches/uploads/{nobody}"):
        assert sender.get(f"/api/v1/{path}").json()["type"] == "/api/problems/not-found"


def test_what_is_overdue_is_on_the_page(sender, brazil):
    now = clock.now()
    for n in range(4, 8):
        with clock.at(now - dt.timedelta(days=n)):
            take(brazil, f"day-{n}.csv")
    page = text(sender.get("/batches/"))
    assert "BR: no live events since" in page
    assert "overdue" in page
    assert "daily" in page


def form(**given):
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("e.csv", given.pop("content", events()))
    return {
        "kind": "events",
        "source": "live",
        "closes_from": "",
        "closes_until": "",
        "ignore_columns": "",
        "file": file,
    } | given


def test_a_file_sent_by_the_form_shows_how_far_it_is(sender):
    answer = sender.post(
        "/batches/", form(source="backfill", closes_from="2025-11-03", closes_until="2025-11-09")
    )
    assert answer.status_code == 302
    waiting = sender.get(answer["Location"])
    assert waiting["Refresh"] == "2"
    assert "e.csv is on its way" in waiting.content.decode()
    assert "e.csv" in text(sender.get("/batches/"))
    Upload.objects.update(state="reading", bytes_read=40)
    assert f'max="{len(events())}" value="40"' in sender.get(answer["Location"]).content.decode()
    Upload.objects.update(state="waiting")
    read_all()
    done = sender.get(answer["Location"])
    assert "1 row taken." in done.content.decode()
    assert "Refresh" not in done
    assert Batch.objects.get().closes_until == dt.date(2025, 11, 9)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"file": ""}, "file: missing; choose the file to be taken in."),
        ({"closes_from": "2025-11-03"}, "give both the first and the last day, or neither"),
        ({"closes_from": "2025-11-09", "closes_until": "2025-11-03"}, "ends before it begins"),
        ({"kind": "parcels"}, "is no kind of input"),
    ],
)
def test_a_form_that_cannot_be_sent_comes_back_filled_in(sender, given, says):
    answer = sender.post("/batches/", form(ignore_columns="who") | given)
    assert answer.status_code == 422
    assert says in text(answer)
    assert 'value="who"' in answer.content.decode()
    assert Upload.objects.count() == 0


def test_a_refused_upload_without_a_batch_stays_on_the_list(sender):
    post(sender, events())
    person("data_engineer").groups.clear()
    read_all()
    page = text(client_of(person("auditor")).get("/batches/"))
    assert "Sent, and not yet a batch" in page
    assert "takes the role data_engineer" in page
