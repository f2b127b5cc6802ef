"""The door to what must be signed: set once, changed by a proposal, and never to what nobody could give."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from governance.access.policy import DEPARTMENTS
from governance.access.services import role_revoke
from governance.models import Requirement, Signature, SignoffRequest
from governance.scope.services import ACT as SCOPE
from governance.signoffs.selectors import asked_of, in_force
from otdr_hub.lib.outcome import ConflictError
from tests import builders
from tests.builders import person

pytestmark = pytest.mark.django_db
REASON = "The auditors ask for it."


def said(*words: str, **options: object) -> str:
    out = io.StringIO()
    call_command("requirements", *words, stdout=out, stderr=out, **options)
    return out.getvalue()


@pytest.fixture
def proposed() -> SignoffRequest:
    """Two of Finance where one signs today, asked for by command."""
    builders.required(SCOPE, *DEPARTMENTS)
    person("finance-2", "finance"), person("admin")
    text = said("propose", SCOPE, "finance", count=2, reason=REASON, actor="admin")
    request = SignoffRequest.objects.get(act="requirement")
    assert f"/signoffs/{request.pk}/" in text
    return request


def test_a_change_is_proposed_by_command_and_signed_from_the_inbox(proposed):
    assert proposed.summary == "Change what must be signed: 2 x finance for scope, today 1"
    for name in ("finance", "finance-2", "legal", "logistics"):
        (waiting,) = asked_of(person(name))
        assert waiting.request == proposed
        assert in_force(SCOPE, "*")["finance"] == 1
        builders.answer(proposed, waiting.role, person(name))
    assert in_force(SCOPE, "*") == {"finance": 2, "legal": 1, "logistics": 1}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"count": 2, "actor": "admin"}, "takes a reason"),
        ({"count": 9, "reason": REASON, "actor": "admin"}, "9 signatures cannot be given"),
        ({"count": 2, "reason": REASON, "actor": "finance"}, "takes the role admin or dpm"),
        ({"count": 2, "reason": REASON, "scope": "XX", "actor": "admin"}, "no market 'XX'"),
    ],
)
def test_a_proposal_that_cannot_be_is_refused_in_a_line(options, words):
    builders.required(SCOPE, "finance")
    person("finance-2", "finance"), person("admin")
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("requirements", "propose", SCOPE, "finance", stderr=out, **options)
    assert words in out.getvalue()
    assert not SignoffRequest.objects.exists()


def test_what_became_impossible_while_it_was_signed_is_not_put_in_force(proposed):
    builders.sign(proposed, "finance", "logistics")
    builders.answer(proposed, "finance", person("finance-2"))
    role_revoke(user=person("finance-2"), role="finance", reason="Moved on.", actor=person("admin"))
    with pytest.raises(ConflictError, match="2 signatures of finance, and 1 can be given now"):
        builders.sign(proposed, "legal")
    assert in_force(SCOPE, "*")["finance"] == 1
    assert not Signature.objects.filter(role="legal").exists(), "nothing half done"
    again = person("finance-3", "finance")
    builders.sign(proposed, "legal")
    assert in_force(SCOPE, "*")["finance"] == 2
    assert again.roles == {"finance"}


@pytest.mark.parametrize(("role", "count"), [("auditor", 1), ("finance", 0), ("finance", 3), ("nobody", 1)])
def test_the_database_refuses_what_nobody_can_sign(role, count):
    person("finance"), person("finance-2", "finance"), person("auditor")
    with pytest.raises(DatabaseError, match=r"can sign|check constraint"), transaction.atomic():
        connection.cursor().execute(
            "INSERT INTO governance_requirement (act, scope, role, count) VALUES ('version', '*', %s, %s)",
            [role, count],
        )
    assert not Requirement.objects.exists()
