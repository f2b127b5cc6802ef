"""Two signatures of one department: the second person is asked, passed over for their deputy, and told of."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from governance.access.deputies.services import deputy_name
from governance.models import SignoffRequest
from governance.scope.services import ACT as SCOPE
from governance.signoffs.outstanding import outstanding
from governance.signoffs.selectors import asked_of, stands, waiting_for
from governance.signoffs.services import request_open, signature_withdraw
from governance.tasks import escalate
from otdr_hub.lib import clock
from tests import builders
from tests.builders import person

pytestmark = pytest.mark.django_db
SILENT = dt.timedelta(days=2, minutes=1)


@pytest.fixture
def asked() -> SignoffRequest:
    """Two of Finance sign, and one of each of the others."""
    person("finance"), person("finance-2", "finance")
    builders.required(SCOPE, finance=2, legal=1, logistics=1)
    return request_open(act=SCOPE, summary="AA", lines=[("a" * 64, "AA, certified")], actor=person("dpm"))


def standing_in(of: str, name: str) -> None:
    today = clock.now().date()
    deputy_name(
        person=person(of), deputy=person(name, "bizops"), role="finance", since=today,
        until=today + dt.timedelta(days=9), reason="On leave.", actor=person("admin"),
    )  # fmt: skip


def names(*people: str) -> list[bool]:
    """Whether each of them is asked now."""
    return [bool(asked_of(person(name))) for name in people]


def seen_by(name: str, path: str) -> str:
    client = Client()
    client.force_login(person(name))
    return client.get(path).content.decode()


def test_the_second_person_is_asked_and_the_first_is_not_asked_again(asked):
    builders.sign(asked, "finance", "legal", "logistics")
    assert not stands(SCOPE, "a" * 64)
    assert len(waiting_for(["finance"])) == 1
    assert names("finance", "finance-2", "legal") == [False, True, False]
    link = f"/signoffs/{asked.pk}/?for=finance"
    assert link not in seen_by("finance", "/inbox/")
    assert link in seen_by("finance-2", "/inbox/")
    builders.answer(asked, "finance", person("finance-2"))
    assert waiting_for(["finance"]) == []
    assert stands(SCOPE, "a" * 64)


def test_what_is_taken_back_is_asked_for_again(asked):
    builders.sign(asked, "finance")
    builders.answer(asked, "finance", person("finance-2"))
    signature_withdraw(request=asked, reason="I misread it.", actor=person("finance"))
    assert names("finance", "finance-2") == [True, False]


def test_it_is_passed_on_to_the_deputy_of_who_is_silent(asked):
    standing_in("finance", "dana")
    standing_in("finance-2", "erin")
    builders.sign(asked, "finance", "legal", "logistics")
    with clock.at(clock.now() + SILENT):
        escalate()
        assert [item.role for item in asked.escalations.all()] == ["finance"]
        assert names("dana", "erin") == [False, True]
        builders.answer(asked, "finance", person("erin"))
        assert names("dana", "erin", "finance-2") == [False, False, False]
    assert stands(SCOPE, "a" * 64)


def test_the_pages_say_who_is_missing(asked):
    builders.sign(asked, "finance", "legal", "logistics")
    assert [item.missing for item in outstanding()] == [{"finance": 1}]
    page = seen_by("dpm", f"/signoffs/{asked.pk}/")
    assert "signed 1 of 2" in page
    assert "Finance missing" in page
    assert "Finance missing" in seen_by("dpm", "/inbox/")
    builders.answer(asked, "finance", person("finance-2"))
    assert "signed 1 of 2" not in seen_by("dpm", f"/signoffs/{asked.pk}/")


def test_who_asked_or_rejected_stops_it_and_the_department_is_not_silent(asked):
    builders.answer(asked, "legal", person("legal"), "ask", "Since when?")
    assert waiting_for(["legal"]) == []
    assert [(item.missing, item.against) for item in outstanding()] == [({"finance": 1, "logistics": 1}, 1)]
    builders.answer(asked, "finance", person("finance"), "reject", "Not so.")
    assert names("finance", "finance-2") == [False, True]


def test_the_board_names_the_department_of_which_one_signed(tmp_path, settings):
    settings.LAKE_ROOT = tmp_path / "lake"
    person("finance"), person("finance-2", "finance")
    builders.required(SCOPE, finance=2, legal=1, logistics=1)
    _, request = builders.asked(tmp_path)
    builders.sign(request, "finance", "legal", "logistics")
    page = seen_by("dpm", "/scope/")
    assert "an answer to who asked or rejected" not in page
