"""Who holds what, who held what when, who stands in for whom, and what an auditor may not do."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from governance.access import policy, selectors
from governance.access.deputies.services import deputy_name, deputy_withdraw
from governance.access.models import RoleGrant, User
from governance.access.services import account_close, account_create, role_grant, role_revoke, system
from governance.ledger.models import Entry
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, NotAllowedError
from tests.builders import PASSWORD, person
from tests.house.routes import TABLE

pytestmark = pytest.mark.usefixtures("db")
DAY = dt.date(2026, 11, 25)
NOON = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def _held(grants: Iterable[RoleGrant]) -> set[tuple[str, str]]:
    return {(grant.person.username, grant.role) for grant in grants}


def _signed_in(who: User, fresh: bool = True) -> Client:
    """A session as somebody has it who just gave the password; not `fresh`: ten minutes ago."""
    client = Client()
    client.post("/accounts/login/", {"login": who.username, "password": PASSWORD})
    assert client.session.get("_auth_user_id") == str(who.pk)
    if not fresh:
        session = client.session
        for record in session["account_authentication_methods"]:
            record["at"] -= 600
        session.save()
    return client


def test_who_held_what_is_answered_for_any_moment() -> None:
    admin = person("admin")
    with clock.at(NOON):
        dana = account_create(username="dana", password=PASSWORD, roles=["bizops"], actor=admin)
    with clock.at(NOON + HOUR):
        role_grant(user=dana, role="finance", reason="joins Finance", actor=admin)
    with clock.at(NOON + 2 * HOUR):
        role_revoke(user=dana, role="bizops", reason="left BizOps", actor=admin)
    mine = [_held(selectors.held_at(NOON + n * HOUR).filter(person=dana)) for n in (-1, 0, 1, 2)]
    assert mine == [
        set(),
        {("dana", "bizops")},
        {("dana", "bizops"), ("dana", "finance")},
        {("dana", "finance")},
    ]
    assert dana.roles == {"finance"}
    newest, oldest = selectors.history(dana)
    assert (newest.role, newest.reason, newest.given_by) == ("finance", "joins Finance", admin)
    assert (oldest.revocation.reason, oldest.revocation.revoked_by) == ("left BizOps", admin)


def test_a_role_that_comes_back_is_a_second_row() -> None:
    admin, dana = person("admin"), person("dana", "finance")
    role_revoke(user=dana, role="finance", reason="leave", actor=admin)
    role_grant(user=dana, role="finance", reason="back", actor=admin)
    assert selectors.history(dana).count() == 2
    with pytest.raises(ConflictError):
        role_grant(user=dana, role="finance", actor=admin)
    assert selectors.history(dana).count() == 2


def test_nothing_is_taken_without_a_reason_nor_from_who_does_not_hold_it() -> None:
    admin, dana = person("admin"), person("dana", "finance")
    with pytest.raises(InvalidInputError, match="reason"):
        role_revoke(user=dana, role="finance", reason=" ", actor=admin)
    with pytest.raises(ConflictError, match="does not hold"):
        role_revoke(user=dana, role="legal", reason="moved", actor=admin)
    with pytest.raises(InvalidInputError, match="no role 'king'"):
        role_revoke(user=dana, role="king", reason="moved", actor=admin)


def test_somebody_is_always_left_who_can_give_roles() -> None:
    admin = person("admin")
    with pytest.raises(ConflictError, match="only admin"):
        role_revoke(user=admin, role="admin", reason="enough", actor=system())
    with pytest.raises(ConflictError, match="only admin"):
        account_close(user=admin, reason="left", actor=system())
    other = person("admin-2", "admin")
    role_revoke(user=admin, role="admin", reason="enough", actor=other)
    assert admin.roles == frozenset()


def test_a_closed_account_opens_nothing_and_keeps_its_history() -> None:
    admin, dana = person("admin"), person("dana", "finance")
    client = _signed_in(dana)
    assert client.get("/accounts/").status_code == 200
    account_close(user=dana, reason="left the company", actor=admin)
    assert client.get("/accounts/").status_code == 302
    assert client.get("/api/v1/hub").status_code == 401
    (row,) = selectors.history(dana)
    assert (row.role, row.revocation.reason) == ("finance", "left the company")
    with pytest.raises(ConflictError, match="closed"):
        role_grant(user=dana, role="finance", actor=admin)
    with pytest.raises(NotAllowedError, match="own account"):
        account_close(user=admin, reason="tired", actor=admin)


def test_a_role_taken_away_is_gone_from_an_open_session_at_once() -> None:
    """S3: the very next request of a live session has the rights of now."""
    admin, dana = person("admin"), person("dana", "legal")
    client = _signed_in(dana)
    assert client.get("/people/").status_code == 200
    role_revoke(user=dana, role="legal", reason="moved", actor=admin)
    page = client.get("/people/")
    assert page.status_code == 403
    assert "holds no role" in page.content.decode()
    answer = client.get("/api/v1/hub")
    assert (answer.status_code, answer.json()["type"]) == (403, "/api/problems/no-role")
    role_grant(user=dana, role="bizops", actor=admin)
    assert client.get("/people/").status_code == 403
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("roles", "sentence"),
    [(["admin", "finance"], "cannot sign"), (["auditor", "dpm"], "holds no other role")],
)
def test_roles_that_do_not_go_together(roles: list[str], sentence: str) -> None:
    admin = person("admin")
    with pytest.raises(InvalidInputError, match=sentence):
        account_create(username="both", password=PASSWORD, roles=roles, actor=admin)
    one = person("one", roles[0])
    with pytest.raises(InvalidInputError, match=sentence):
        role_grant(user=one, role=roles[1], actor=admin)


def _named(**other: Any) -> Any:
    call = {
        "person": person("finance"), "deputy": person("dana", "bizops"), "role": "finance", "since": DAY,
        "until": DAY + dt.timedelta(days=2), "reason": "away", "actor": person("finance"),
    }  # fmt: skip
    return deputy_name(**(call | other))


def test_a_deputy_acts_in_their_own_name_on_the_days_named() -> None:
    named = _named()
    dana = named.deputy
    days = [len(selectors.acting_for(dana, NOON + dt.timedelta(days=n))) for n in range(-1, 4)]
    assert days == [0, 1, 1, 1, 0]
    assert dana.roles == {"bizops"}
    assert selectors.acting_for(person("finance"), NOON) == []
    with clock.at(NOON):
        deputy_withdraw(deputyship=named, reason="back", actor=person("finance"))
    assert len(selectors.acting_for(dana, NOON - HOUR)) == 1
    assert selectors.acting_for(dana, NOON) == []


def test_nobody_stands_in_for_a_role_that_is_no_longer_held() -> None:
    named = _named()
    role_revoke(user=person("finance"), role="finance", reason="moved", actor=person("admin"))
    assert selectors.acting_for(named.deputy, NOON) == []


def test_deputies_that_are_refused() -> None:
    refused: list[dict[str, Any]] = [
        {"deputy": person("finance")},
        {"deputy": person("auditor")},
        {"deputy": person("admin")},
        {"deputy": person("legal")},
        {"deputy": system()},
        {"role": "dpm"},
        {"until": DAY - dt.timedelta(days=1)},
        {"reason": ""},
    ]
    for change in refused:
        with pytest.raises(InvalidInputError):
            _named(**change)
    with pytest.raises(NotAllowedError):
        _named(actor=person("legal"))


def test_the_page_of_people_opens_for_four_roles_and_only_an_admin_changes_it() -> None:
    person("dana", "bizops")
    seen = {role for role in policy.ROLES if _signed_in(person(role)).get("/people/").status_code == 200}
    assert seen == {"admin", "dpm", "auditor", "legal"}
    for role in seen:
        client = _signed_in(person(role))
        page = client.get("/people/dana/").content.decode()
        assert ("Give the role" in page) == (role == "admin")
        sent = client.post("/people/dana/", {"act": "give", "role": "executive", "reason": "sees"})
        assert sent.status_code == (302 if role == "admin" else 403)
    assert User.objects.get(username="dana").roles == {"bizops", "executive"}


def test_the_page_gives_takes_and_closes_and_says_what_was_refused() -> None:
    client, dana = _signed_in(person("admin")), person("dana", "finance")
    for form, said in (
        ({"act": "give", "role": "bizops", "reason": "asks"}, "holds the role bizops now"),
        ({"act": "take", "role": "bizops", "reason": "done"}, "no longer holds the role bizops"),
    ):
        assert said in client.post("/people/dana/", form, follow=True).content.decode()
    again = client.post("/people/dana/", {"act": "give", "role": "finance", "reason": "twice"})
    assert again.status_code == 422
    assert "holds the role finance already" in again.content.decode()
    assert "twice" in again.content.decode()
    assert client.post("/people/dana/", {"act": "burn"}).status_code == 422
    client.post("/people/dana/", {"act": "close", "reason": "left"})
    dana.refresh_from_db()
    assert not dana.is_active
    own = client.post("/people/admin/", {"act": "give", "role": "dpm", "reason": "me"})
    assert (own.status_code, "themself" in own.content.decode()) == (403, True)


def test_names_and_reasons_are_inert_on_the_page() -> None:
    """S7: whatever is typed is text."""
    evil = "<script>alert(1)</script>"
    role_grant(user=person("dana", "bizops"), role="executive", reason=evil, actor=person("admin"))
    page = _signed_in(person("dpm")).get("/people/").content.decode()
    assert evil not in page
    assert "&lt;script&gt;" in page


def test_the_command_tells_the_same_story() -> None:
    admin, dana = person("admin"), person("dana", "finance")
    role_revoke(user=dana, role="finance", reason="moved", actor=admin)

    def asked(*words: str, by: str = "auditor") -> Any:
        out = StringIO()
        call_command("accounts", *words, "--json", f"--as={person(by).username}", stdout=out)
        return json.loads(out.getvalue())

    listed = {row["account"]: row for row in asked("list")["accounts"]}
    assert (listed["dana"]["roles"], listed["admin"]["roles"]) == ([], ["admin"])
    (row,) = asked("history", "dana")["history"]
    assert (row["role"], row["revoked_because"]) == ("finance", "moved")
    assert asked("grant", "dana", "--role", "bizops", "--reason", "x", by="admin")["roles"] == ["bizops"]
    with pytest.raises(SystemExit):
        asked("history", by="finance")


# They hold nothing to read: each is a form of the DPM's.
FORMS = {"/scope/decide/", "/scope/publish/"}
MAIN_PAGES = (
    "/", "/inbox/", "/scope/", "/decisions/", "/kill-switch/", "/publications/", "/notices/",
    "/batches/", "/versions/", "/ledger/", "/ledger/past/", "/ledger/export/", "/people/", "/people/auditor/",
    *(f"/api/v1/{one}" for one in ("hub", "epoch", "decisions", "signoffs", "scope", "shutoffs", "publications",
                                   "notices", "batches", "versions", "ledger")),
)  # fmt: skip


def test_an_auditor_reads_what_anybody_reads() -> None:
    """By the table, which `tests/house/test_routes.py` tries address by address; and the main ones here."""
    kept = [row for row in TABLE if row.method in ("GET", "HEAD") and row.route not in FORMS]
    open_to_some = [row for row in kept if 200 in row.expected().values() and row.anonymous != 200]
    assert len(open_to_some) > 50
    assert [str(row) for row in open_to_some if row.expected()["auditor"] != 200] == []
    client = _signed_in(person("auditor"))
    answers = {path: client.get(path).status_code for path in MAIN_PAGES}
    assert {path: status for path, status in answers.items() if status != 200} == {}


def test_an_auditor_reads_everything_and_writes_nothing() -> None:
    """Every verb of the policy but those that only read, and every address that takes a form."""
    auditor = person("auditor")
    allowed = {verb for verb in policy._MAY if policy.may(auditor, verb)}
    assert {verb for verb in policy._MAY if verb.endswith("_read")} <= allowed
    assert {verb for verb in allowed if not verb.endswith("_read")} == {"ledger_export", "ledger_verify"}
    person("dpm")
    client = _signed_in(auditor)
    before = (Entry.objects.count(), RoleGrant.objects.count(), User.objects.count())
    for row in TABLE:
        if row.method not in ("GET", "HEAD") and row.route != "/accounts/logout/":
            client.generic(row.method, row.path)
    assert client.post("/people/dpm/", {"act": "close", "reason": "x"}).status_code == 403
    token = {"name": "n", "scopes": ["read"], "days": "1"}
    assert client.post("/accounts/tokens/", token).status_code == 403
    assert (Entry.objects.count(), RoleGrant.objects.count(), User.objects.count()) == before
