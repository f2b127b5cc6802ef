"""Metric versions as people and programs use them: pages, forms, comparisons, the API."""

from __future__ import annotations

import datetime as dt
import html
import re
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from governance.access.policy import ROLES
from governance.ledger.models import Entry
from governance.models import MetricVersion, SignoffRequest, VersionDisclosure
from governance.versions.services import version_propose, version_put_into_effect
from metrics.otdr.engine import engine_digest
from metrics.versions.effect import compared, last_complete_week, may_compare
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import NotAllowedError
from tests import builders
from tests.builders import PASSWORD, person

pytestmark = pytest.mark.django_db
NEXT = "name: otdr-next\npromise: original\ngrace_minutes: 4320\nsmall_cell: 11\n"
WHY = "Couriers may be three days late."


@pytest.fixture(autouse=True)
def places(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"


@pytest.fixture
def counted(tmp_path):
    """A version in effect under which both markets were computed."""
    return builders.run_done(tmp_path).version


def client_of(name: str, *, fresh: bool = False) -> Client:
    client = Client()
    if fresh:
        client.post("/accounts/login/", {"login": person(name).username, "password": PASSWORD})
    else:
        client.force_login(person(name))
    return client


def text(answer) -> str:
    return html.unescape(" ".join(re.sub("<[^>]+>", " ", answer.content.decode()).split()))


def proposed(reason: str = WHY) -> MetricVersion:
    definition = replace(builders.DEFINITION, name="otdr-next", grace_minutes=4320)
    return version_propose(
        definition=definition, engine_digest=engine_digest(), reason=reason, actor=person("data_engineer")
    )


def test_before_there_is_a_definition_the_page_says_so():
    page = text(client_of("executive").get("/versions/"))
    assert "No definition has been proposed yet." in page
    assert "To propose (version) takes the role data_engineer or dpm" in page


@pytest.mark.parametrize("role", ROLES)
def test_everybody_reads_what_the_rate_means_and_few_may_change_it(role):
    version = builders.version_effective()
    client = client_of(role)
    assert "in effect since 27 Oct 2025" in text(client.get("/versions/"))
    page = client.get(f"/versions/{version.name}/")
    assert "first validly delivered by the end of the original promise" in text(page)
    assert "checkout recorded no promise" in text(page)
    assert ("disabled" in page.content.decode()) is (role != "dpm")
    assert client.get("/versions/otdr-9/").status_code == 404
    status = 302 if role in ("data_engineer", "dpm") else 403
    assert client.post("/versions/", {"document": NEXT, "reason": WHY}).status_code == status


def test_a_wrong_document_comes_back_with_place_fix_and_text():
    client = client_of("data_engineer")
    answer = client.post("/versions/", {"document": "name: otdr-2\ngrace: 5\n", "reason": WHY})
    assert answer.status_code == 422
    assert "grace: no such node; the nodes are name, cohort" in text(answer)
    assert "grace: 5" in answer.content.decode()
    assert WHY in answer.content.decode()
    assert MetricVersion.objects.count() == 0


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("", "must be a mapping"),
        ("name: [", "is not YAML"),
        ("name: otdr-2\ncompleteness_floor: 'NaN'\n", "completeness_floor: 'NaN' is no share"),
        ("name: otdr-2\ncompleteness_floor: '0.12345'\n", "at most four decimals"),
        ("name: &a otdr-2\npromise: *a\n", "anchors and aliases"),
        ("[" * 5000, "is not YAML|nested too deeply"),
        ("x" * 100_001, "more than 100,000 characters"),
        ("name: otdr-2\ngrace_minutes: -1\n", "grace_minutes: -1 is out of range"),
    ],
)
def test_what_is_no_definition_is_said_on_the_page(document, says):
    client = client_of("data_engineer")
    assert re.search(says, text(client.post("/versions/", {"document": document, "reason": WHY})))


def test_a_file_stands_in_for_the_text():
    client = client_of("data_engineer")
    answer = client.post(
        "/versions/", {"document": "", "reason": WHY, "file": SimpleUploadedFile("v.yaml", NEXT.encode())}
    )
    assert answer["Location"] == "/versions/otdr-next/"
    broken = client.post("/versions/", {"reason": WHY, "file": SimpleUploadedFile("v.yaml", b"\xff\xfe\x00")})
    assert "v.yaml cannot be read as UTF-8" in text(broken)


def test_a_page_counts_nothing_unless_asked(counted, monkeypatch):
    proposed()

    def never(**given):
        raise AssertionError("counted on a plain page")

    monkeypatch.setattr("metrics.versions.effect.side_by_side", never)
    page = text(client_of("data_engineer").get("/versions/otdr-next/"))
    assert "takes a few seconds" in page
    assert "The grace after the promise, in minutes, was 0 and becomes 4320." in page


def test_both_definitions_side_by_side_for_those_who_may(counted):
    version = proposed()
    page = text(client_of("auditor").get("/versions/otdr-next/?compare=1"))
    assert "2025-W45, on time / due" in page
    assert re.search(r"Aland 11 / 12 12 / 12 0 \+1 91.67 % → 100.00 %", page)
    assert "All markets 22 / 24 24 / 24 0 +2" in page
    assert "AA: 11 of 12 becomes 12 of 12." in page
    for role in ("executive", "legal", "finance"):
        closed = text(client_of(role).get("/versions/otdr-next/?compare=1"))
        assert "11 / 12" not in closed
        assert "11 of 12" not in closed
        assert "takes the role auditor or data_engineer or dpm" in closed
    with pytest.raises(NotAllowedError):
        compared(version, person("legal"))


def test_who_is_asked_to_approve_sees_what_it_does(counted):
    version = proposed()
    assert not may_compare(version, person("finance"))
    client_of("data_engineer").post("/versions/otdr-next/", {"act": "submit"})
    version.refresh_from_db()
    assert may_compare(version, person("finance"))
    assert not may_compare(version, person("legal"))
    page = text(client_of("finance").get("/versions/otdr-next/?compare=1"))
    assert "12 / 12" in page
    assert "AA: 11 of 12 becomes 12 of 12." in page
    closed = text(client_of("legal").get("/versions/otdr-next/"))
    assert "For those who approve it, and for operators." in closed
    assert "11 of 12" not in closed


def test_the_page_that_is_signed_says_why_and_what_it_does(counted):
    proposed()
    client_of("data_engineer").post("/versions/otdr-next/", {"act": "submit"})
    request = SignoffRequest.objects.get(act="version", lines__subject__contains="otdr-next")
    page = client_of("finance").get(f"/signoffs/{request.pk}/")
    assert "The grace after the promise, in minutes, was 0 and becomes 4320." in text(page)
    assert f"Reason {WHY}" in text(page)
    assert "AA: 11 of 12 becomes 12 of 12." in text(page)
    assert 'href="/versions/otdr-next/?compare=1#changes"' in page.content.decode()
    closed = client_of("legal").get(f"/signoffs/{request.pk}/")
    assert f"Reason {WHY}" in text(closed)
    assert "11 of 12" not in text(closed)
    assert "compare=1" not in closed.content.decode()


def test_several_rules_are_counted_each_alone(counted):
    definition = replace(builders.DEFINITION, name="otdr-two", grace_minutes=4320, promise="latest")
    version_propose(
        definition=definition, engine_digest=engine_digest(), reason=WHY, actor=person("data_engineer")
    )
    page = text(client_of("auditor").get("/versions/otdr-two/?compare=1"))
    assert re.search(r"The promise used alone 0 0 The grace after the promise, in minutes alone 0 \+1", page)


def test_the_last_complete_week_is_one_in_which_nothing_waits(counted):
    assert last_complete_week(counted) == builders.WEEK


def test_submitted_on_the_page_it_carries_the_counted_disclosure(counted):
    proposed()
    client = client_of("data_engineer")
    assert client.post("/versions/otdr-next/", {"act": "submit"}).status_code == 302
    page = text(client.get("/versions/otdr-next/"))
    assert "otdr-next is in review; Finance has been asked." in page
    kept = VersionDisclosure.objects.filter(version_id=MetricVersion.objects.get(name="otdr-next")).get()
    assert (
        "In 2025-W45, over 2 markets, the rate of otdr-test is 91.67 % (22 on time of 24 due)" in kept.effect
    )
    assert (kept.reason, kept.digest[:16] in page) == (WHY, True)
    assert "submitted for review the metric version otdr-next" in page
    back = client.post("/versions/otdr-next/", {"act": "return", "reason": ""})
    assert back.status_code == 422
    assert "Say the reason" in text(back)
    assert client.post("/versions/otdr-next/", {"act": "return", "reason": "Typo."}).status_code == 302
    assert MetricVersion.objects.get(name="otdr-next").state == "draft"


def test_without_a_reason_a_change_is_not_submitted(counted):
    proposed(reason="")
    answer = client_of("data_engineer").post("/versions/otdr-next/", {"act": "submit"})
    assert answer.status_code == 422
    assert "without the reason why the definition changes" in text(answer)


def test_only_who_brought_it_takes_it_back():
    version, _ = builders.version_in_review()
    page = client_of("dpm").get(f"/versions/{version.name}/").content.decode()
    assert "disabled" in page
    assert "is taken back by who proposed or submitted it" in page
    refused = client_of("dpm").post(f"/versions/{version.name}/", {"act": "return", "reason": "x"})
    assert refused.status_code == 403


def test_what_decides_takes_a_fresh_proof(counted):
    proposed()
    client_of("data_engineer").post("/versions/otdr-next/", {"act": "submit"})
    request = SignoffRequest.objects.get(lines__digest=MetricVersion.objects.get(name="otdr-next").digest)
    builders.sign(request, "finance")
    day = (clock.now().date() + dt.timedelta(days=2)).isoformat()
    form = {"act": "effect", "day": day}
    stale = client_of("dpm").post("/versions/otdr-next/", form)
    assert stale["Location"].startswith("/accounts/")
    assert MetricVersion.objects.get(name="otdr-next").state == "approved"
    client = client_of("dpm", fresh=True)
    wrong = client.post("/versions/otdr-next/", form | {"day": "soon"})
    assert (wrong.status_code, "is no day" in text(wrong)) == (422, True)
    assert client.post("/versions/otdr-next/", form).status_code == 302
    before, after = MetricVersion.objects.order_by("proposed_at")
    assert (before.state, before.successor, after.state) == ("retired", after, "effective")
    assert "in effect until" in text(client.get("/versions/"))
    assert (
        client.post("/versions/otdr-next/", {"act": "retire", "day": day, "reason": "No."}).status_code == 302
    )
    assert client.post("/versions/otdr-next/", {"act": "dance"}).status_code == 422


def test_the_list_says_who_approved_and_since_when_it_is_unchanged():
    version = builders.version_effective()
    at = Entry.objects.get(action="version.proposed").recorded_at
    page = text(client_of("auditor").get("/versions/"))
    assert "proposed by data_engineer, approved by finance (finance)" in page
    assert f"unchanged since {at.day} {at:%b %Y, %H:%M:%S} UTC" in page
    MetricVersion.objects.filter(pk=version.pk)
    whole = text(client_of("auditor").get(f"/versions/{version.name}/"))
    assert "hashed again now: it fits" in whole
    assert "yes, it is the one that runs here" in whole


def test_nobody_reads_counts_in_the_ledgers_entry(counted):
    """The effect is kept beside the record, which names its fingerprint only."""
    proposed()
    client_of("data_engineer").post("/versions/otdr-next/", {"act": "submit"})
    assert not Entry.objects.filter(payload__contains="11 of 12").exists()


def test_a_version_to_come_is_said_with_its_day():
    version = builders.version_approved()
    day = clock.now().date() + dt.timedelta(days=3)
    version_put_into_effect(version=version, effective_from=day, actor=person("dpm"))
    assert f"in effect from {day.day} {day:%b %Y}" in text(client_of("executive").get("/versions/"))
