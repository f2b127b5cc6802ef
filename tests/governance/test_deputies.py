"""Silence passes a request on; whoever stands in then signs in their own name, and has the one voice."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from governance.access.deputies.services import deputy_name, deputy_withdraw
from governance.access.models import User
from governance.access.services import role_revoke, system
from governance.audit.review import review
from governance.models import Deputy, Entry, Signature, SignoffRequest
from governance.scope.services import ACT as SCOPE
from governance.signoffs.selectors import is_party, stands
from governance.signoffs.services import may_sign, request_escalate, request_open, signature_withdraw
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import ConflictError, NotAllowedError
from tests import builders
from tests.builders import person

pytestmark = [pytest.mark.django_db, pytest.mark.faults]
SILENT = dt.timedelta(days=2, minutes=1)


@pytest.fixture
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    return settings.LAKE_ROOT


@pytest.fixture
def asked() -> SignoffRequest:
    builders.required(SCOPE, "finance", "legal", "logistics")
    return request_open(act=SCOPE, summary="AA", lines=[("a" * 64, "AA, certified")], actor=person("dpm"))


def standing_in(deputy: User | None = None, role: str = "finance") -> Deputy:
    today = clock.now().date()
    return deputy_name(
        person=person(role), deputy=deputy or person("dana", "bizops"), role=role, since=today,
        until=today + dt.timedelta(days=9), reason="On leave.", actor=person("admin"),
    )  # fmt: skip


def pass_on(request: SignoffRequest, role: str = "finance") -> None:
    request_escalate(request=request, role=role, actor=system())


def test_whoever_stands_in_signs_once_the_department_was_silent(asked):
    named = standing_in()
    assert "does not sign for finance" in may_sign(asked, "finance", named.deputy).reason
    builders.sign(asked, "legal", "logistics")
    with clock.at(clock.now() + SILENT):
        assert not may_sign(asked, "finance", named.deputy), "not before it was passed on"
        pass_on(asked)
        assert not may_sign(asked, "legal", named.deputy)
        builders.answer(asked, "finance", named.deputy)
    given = Signature.objects.get(role="finance")
    assert (given.person, given.deputyship) == (named.deputy, named)
    assert stands(SCOPE, "a" * 64)
    assert '"stands_in_for":"finance"' in Entry.objects.last().payload
    assert review().problem == ""


def test_between_them_they_have_one_voice(asked):
    named = standing_in()
    with clock.at(clock.now() + SILENT):
        pass_on(asked)
        builders.answer(asked, "finance", named.deputy)
        with pytest.raises(ConflictError, match="in the same place"):
            builders.answer(asked, "finance", person("finance"))
        signature_withdraw(request=asked, reason="Back from leave.", actor=named.deputy)
        builders.answer(asked, "finance", person("finance"))
        with pytest.raises(ConflictError, match="in the same place"):
            builders.answer(asked, "finance", named.deputy)
    assert review().problem == ""


def test_standing_in_ends_with_the_deputyship_and_with_the_role(asked):
    named, other = standing_in(), standing_in(person("erin", "bizops"))
    with clock.at(clock.now() + SILENT):
        pass_on(asked)
        deputy_withdraw(deputyship=named, reason="Back.", actor=person("finance"))
        assert not may_sign(asked, "finance", named.deputy)
        assert may_sign(asked, "finance", other.deputy)
        role_revoke(user=person("finance"), role="finance", reason="Left.", actor=person("admin"))
        assert not may_sign(asked, "finance", other.deputy)
    with clock.at(clock.now() + dt.timedelta(days=30)):
        assert not may_sign(asked, "finance", other.deputy)


def test_whoever_decided_or_recomputed_is_barred_as_a_deputy_too(lake, tmp_path):
    _, request = builders.asked(tmp_path)
    named = [standing_in(person(name)) for name in ("dpm", "data_engineer")]
    with clock.at(clock.now() + SILENT):
        pass_on(request)
        for one in named:
            with pytest.raises(NotAllowedError):
                builders.answer(request, "finance", one.deputy)
            with pytest.raises(DatabaseError, match="does not sign"), transaction.atomic():
                inserted(request, one.deputy, one)


def inserted(request: SignoffRequest, signer: User, deputyship: Deputy | None) -> None:
    """A signature by SQL, past the service."""
    line = request.lines.get()
    connection.cursor().execute(
        "INSERT INTO governance_signature (line_id, digest, role, person_id, deputyship_id, verdict, statement,"
        " reason, round, authenticated_at, signed_at)"
        " VALUES (%s, %s, 'finance', %s, %s, 'approve', '', '', 0, %s, %s)",
        [line.pk, line.digest, signer.pk, deputyship.pk if deputyship else None, clock.now(), clock.now()],
    )


@pytest.mark.parametrize("case", ["nobody's", "another's", "too early", "ended", "other department"])
def test_the_database_asks_who_stands_in(asked, case):
    named = standing_in()
    signer, used = named.deputy, named
    if case != "too early":
        with clock.at(clock.now() + SILENT):
            pass_on(asked)
    if case == "nobody's":
        used = None
    elif case == "another's":
        signer = person("erin", "bizops")
    elif case == "ended":
        deputy_withdraw(deputyship=named, reason="Back.", actor=person("admin"))
    elif case == "other department":
        connection.cursor().execute("SET LOCAL ROLE otdr_app")
        signer.groups.add(person("legal").groups.get())
    with pytest.raises(DatabaseError, match=r"does not s(ign|tand in) "), transaction.atomic():
        inserted(asked, signer, used)


@pytest.mark.parametrize("role", ["admin", "auditor"])
def test_whoever_runs_or_audits_the_product_stands_in_for_nobody(asked, role):
    """Given the role after the deputyship: the product says no before the database does."""
    named = standing_in()
    with clock.at(clock.now() + SILENT):
        pass_on(asked)
        assert may_sign(asked, "finance", named.deputy)
        connection.cursor().execute("SET LOCAL ROLE otdr_app")
        named.deputy.groups.add(person(role).groups.get())
        again = User.objects.get(pk=named.deputy_id)
        assert not may_sign(asked, "finance", again)
        assert not is_party(asked, again)
        with pytest.raises(DatabaseError, match="does not stand in"), transaction.atomic():
            inserted(asked, again, named)


def test_the_page_says_for_whom_one_stands_in(asked):
    named, client = standing_in(), Client()
    client.force_login(named.deputy)
    assert client.get(f"/signoffs/{asked.pk}/").status_code == 403
    with clock.at(clock.now() + SILENT):
        pass_on(asked)
        page = client.get(f"/signoffs/{asked.pk}/").content.decode()
        assert "You stand in for finance until" in page
        assert "Sign 1 line for Finance" in page
        builders.answer(asked, "finance", named.deputy)
        page = client.get(f"/signoffs/{asked.pk}/").content.decode()
        assert "dana, standing in for finance" in page
        assert "Take" in page, "what one answered stays readable, and may be taken back"


def test_whoever_stands_in_for_a_signer_needs_the_second_factor_too(settings):
    settings.SECOND_FACTOR_ROLES = frozenset({"finance"})
    client = Client()
    client.force_login(person("dana", "bizops"))
    assert client.get("/inbox/").status_code == 200
    standing_in()
    assert client.get("/inbox/")["Location"] == "/accounts/mfa/"
