"""The kill switch's page and API, as different people use them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from governance.ledger.models import Entry
from governance.models import PublicationRead, Shutoff, SignoffRequest
from otdr_hub.hub.guarded import read_hub
from otdr_hub.hub.numbers import moment
from otdr_hub.hub.sentences import coverage_sentence
from otdr_hub.hub.switch.preview import everything, preview, without
from tests import builders
from tests.builders import PASSWORD, SHOWN, person
from tests.hub.asking import client_of, text_of

pytestmark = pytest.mark.usefixtures("db")
PAGE, OFF, API = "/kill-switch/", "/kill-switch/off/", "/api/v1/shutoffs"


@pytest.fixture
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    return tmp_path


@pytest.fixture
def published(lake):
    publication = builders.published(lake)
    builders.required("shutoff_lift", "finance", "logistics")
    return publication


def form(**more: str) -> dict[str, str]:
    return {"market": SHOWN, "category": "data_quality", "round": "0"} | more


def entries() -> int:
    return Entry.objects.filter(action__startswith="shutoff.").count()


def test_one_button_takes_the_market_out_of_the_next_answer(published):
    client = client_of("finance")
    assert client.get("/api/v1/hub").json()["rollup"]["due"]
    answer = client.post(OFF, form(), follow=True)
    assert "Aland is off since" in text_of(answer)
    assert "Say why within the hour" in text_of(answer)
    assert client.get("/api/v1/hub").json()["rollup"]["due"] is None
    row = next(one for one in client.get("/api/v1/hub").json()["not_shown"] if one["code"] == SHOWN)
    since = Shutoff.objects.get().at
    assert (row["reason"], dt.datetime.fromisoformat(row["since"])) == ("switched_off", since)
    gone = client.get(f"/api/v1/markets/{SHOWN}").json()
    assert moment(since) in gone["detail"]


def test_each_form_of_the_page_can_be_sent(published):
    client_of("dpm").post(OFF, form())
    client_of("dpm").post(OFF, form(breakout="carrier", value="*"))
    page = client_of("dpm").get(PAGE).content.decode()
    forms = page.split('method="post"')[1:]
    # Signing out, two reasons owed, two to be on again, BB, the carriers and everything.
    assert (len(forms), all("csrfmiddlewaretoken" in one.partition("</form>")[0] for one in forms)) == (
        8,
        True,
    )


def test_the_form_is_taken_with_the_token_it_carries_and_not_without(published):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("finance"))
    row = client.get(PAGE).content.decode().partition(f'id="switch-{SHOWN}"')[2]
    token = row.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    assert client.post(OFF, form()).status_code == 403
    assert client.post(OFF, form(csrfmiddlewaretoken=token)).status_code == 302
    assert Shutoff.objects.count() == 1


def test_k11_the_same_form_twice_is_one_act_and_a_replay_later_is_none(published):
    client = client_of("admin")
    first, second = (client.post(OFF, form(), follow=True) for _ in range(2))
    assert [first.status_code, second.status_code] == [200, 200]
    assert "is off since" in text_of(second)
    assert (Shutoff.objects.count(), entries()) == (1, 1)
    asked = client_of("dpm", is_fresh=True).post(
        f"/kill-switch/{Shutoff.objects.get().pk}/on-request/", {"evidence": "Mended."}
    )
    assert asked.status_code == 302
    builders.sign(SignoffRequest.objects.get(act="shutoff_lift"), "finance", "logistics")
    late = client.post(OFF, form())
    assert (late.status_code, Shutoff.objects.count()) == (409, 1)
    assert "press it again" in text_of(late)
    assert client.post(OFF, form(round="1")).status_code == 302
    assert Shutoff.objects.count() == 2


def test_a_key_of_the_api_is_one_act_and_without_a_key_the_second_is_told(published):
    client = client_of("legal")
    body = {"scope": {"market": SHOWN}, "category": "legal_hold"}
    send = {"content_type": "application/json", "headers": {"idempotency-key": "k-1"}}
    first, second = (client.post(API, body, **send) for _ in range(2))
    assert (first.status_code, first.json()) == (201, second.json())
    assert first.json()["epoch"] == client.get("/api/v1/hub").json()["epoch"]
    assert entries() == 1
    again = client.post(API, body, content_type="application/json")
    assert (again.status_code, again["Content-Type"]) == (409, "application/problem+json")


@pytest.mark.parametrize("name", ["executive", "auditor", "bizops", "data_owner"])
def test_who_may_not_switch_reads_why_and_is_refused(published, name):
    client = client_of(name)
    page = text_of(client.get(PAGE))
    assert "You read this page and cannot switch." in page
    assert "button-stop" not in page
    assert client.post(OFF, form()).status_code == 403
    body = {"scope": {"market": SHOWN}, "category": "other"}
    assert client.post(API, body, content_type="application/json").status_code == 403
    assert not Shutoff.objects.exists()


def test_everything_takes_the_word_and_nothing_else_does(published):
    client = client_of("dpm")
    refused = client.post(OFF, form(market="global"))
    assert (refused.status_code, Shutoff.objects.count()) == (422, 0)
    assert "type EVERYTHING" in text_of(refused)
    assert client.post(OFF, form(market="global", typed="EVERYTHING")).status_code == 302
    assert client.get("/api/v1/hub").json()["rollup"]["due"] is None
    assert "Off with everything" in text_of(client.get(PAGE))


@pytest.mark.parametrize(
    "key", [{"breakout": "carrier", "value": "*"}, {"breakout": "carrier", "value": "posta"}]
)
def test_carrier_figures_go_off_and_the_market_stays(published, key):
    client = client_of("logistics")
    assert client.post(OFF, form(**key)).status_code == 302
    assert client.get("/api/v1/hub").json()["rollup"]["due"]
    page = text_of(client.get(PAGE))
    assert ("All carrier figures of Aland" if key["value"] == "*" else "Carrier posta in Aland") in page


def test_a_reason_is_told_to_who_may_act_or_audit_and_to_nobody_else(published):
    secret = "93.4 per cent cannot be"
    client_of("finance").post(OFF, form(reason=secret))
    for name in ("dpm", "auditor", "legal"):
        assert secret in text_of(client_of(name).get(PAGE))
        assert secret in client_of(name).get(API).content.decode()
    for name in ("executive", "bizops"):
        client = client_of(name)
        for address in (PAGE, API, "/", "/api/v1/hub", f"/markets/{SHOWN}/", f"/api/v1/markets/{SHOWN}"):
            assert secret not in client.get(address).content.decode()


def test_the_reason_is_asked_for_on_the_page_and_in_the_inbox(published):
    client = client_of("finance")
    client.post(OFF, form())
    pk = Shutoff.objects.get().pk
    assert "Say why Aland was switched off" in text_of(client.get("/inbox/"))
    assert "A reason is still to be given" in text_of(client.get(PAGE))
    said = client.post(f"/kill-switch/{pk}/reason/", {"reason": "Counted twice."}, follow=True)
    assert "The reason is on record." in text_of(said)
    assert "Counted twice." in text_of(said)
    assert "Say why Aland" not in text_of(client.get("/inbox/"))
    twice = client.post(f"{API}/{pk}/reason", {"reason": "No."}, content_type="application/json")
    assert twice.status_code == 409


def test_on_again_by_page_and_gate(published):
    """The one who asks proves who they are first and finds the evidence typed; two others sign it."""
    client_of("admin").post(OFF, form(reason="Doubled."))
    pk = Shutoff.objects.get().pk
    dpm = client_of("dpm")
    sent = dpm.post(f"/kill-switch/{pk}/on-request/", {"evidence": "Mended.", "number": str(pk)})
    assert sent["Location"].startswith("/accounts/reauthenticate/")
    dpm.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert "Mended." in text_of(dpm.get(PAGE))
    asked = dpm.post(f"/kill-switch/{pk}/on-request/", {"evidence": "Mended."}, follow=True)
    request = SignoffRequest.objects.get(act="shutoff_lift")
    assert f"request {request.pk} waits" in text_of(asked)
    assert "Missing: Finance and Logistics." in text_of(asked)
    page = text_of(client_of("finance").get(f"/signoffs/{request.pk}/"))
    for words in ("Mended.", "Doubled.", "Aland, up to week 45", "switched off by"):
        assert words.lower() in page.lower()
    for role in ("finance", "logistics"):
        builders.sign(request, role)
    assert [one.code for one in read_hub().markets] == [SHOWN]
    assert "on again" in text_of(dpm.get(PAGE))


def test_keep_it_off_while_it_is_asked(published):
    client_of("admin").post(OFF, form())
    off = Shutoff.objects.get()
    client_of("dpm", is_fresh=True).post(f"/kill-switch/{off.pk}/on-request/", {"evidence": "Mended."})
    legal = client_of("legal")
    assert "Keep it off: Aland" in text_of(legal.get(PAGE))
    kept = legal.post(f"/kill-switch/{off.pk}/off/", follow=True)
    assert "What was asked about it is void" in text_of(kept)
    assert "must be asked again" in text_of(kept)


def test_s4_the_api_asks_only_for_a_person_who_has_just_proven_to_be_there(published):
    client_of("admin").post(OFF, form())
    address = f"{API}/{Shutoff.objects.get().pk}/on-request"
    body = {"evidence": "Mended."}
    stale = client_of("dpm").post(address, body, content_type="application/json")
    assert (stale.status_code, stale.json()["type"].rpartition("/")[2]) == (403, "re-authenticate")
    fresh = client_of("dpm", is_fresh=True).post(address, body, content_type="application/json")
    assert fresh.status_code == 201
    assert fresh.json()["signoff"] == SignoffRequest.objects.get(act="shutoff_lift").pk


def test_what_the_page_says_beforehand_is_what_the_hub_says_afterwards(published):
    """The preview is computed from what may be seen; switching off then reads the same."""
    before = read_hub()
    said, whole = without(before, SHOWN), preview(before, SHOWN)
    assert whole.sentence in text_of(client_of("dpm").get(PAGE)).replace("&nbsp;", "\xa0")
    client_of("dpm").post(OFF, form())
    after = read_hub()
    assert (said.rollup, said.coverage.markets_shown) == (after.rollup, after.coverage.markets_shown)
    assert whole.sentence == coverage_sentence(after)


def test_everything_beforehand_is_everything_afterwards(published):
    said = everything(read_hub())
    client_of("dpm").post(OFF, form(market="global", typed="EVERYTHING"))
    assert said.sentence == coverage_sentence(read_hub())


def test_whoever_looks_at_the_switch_has_seen_what_the_hub_says(published):
    assert client_of("executive").get("/kill-switch/").status_code == 200
    found = PublicationRead.objects.filter(person__username="executive").values_list("surface", "scope")
    assert ("page", SHOWN) in set(found)


def test_the_page_opens_and_switches_while_the_numbers_cannot_be_read(published, monkeypatch):
    from django.db import OperationalError

    def down() -> None:
        raise OperationalError("no answer")

    monkeypatch.setattr("otdr_hub.hub.switch.page.read_hub", down)
    client = client_of("dpm")
    assert "Switching off works all the same" in text_of(client.get(PAGE))
    assert client.post(OFF, form()).status_code == 302
    assert Shutoff.objects.count() == 1
