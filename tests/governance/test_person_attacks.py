"""S1 and S3: who tries to sign and may not, by the service and past it, by SQL as the application."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from governance.access.models import User
from governance.access.services import account_close, role_grant, role_revoke, system
from governance.models import Signature, SignoffRequest
from governance.scope.services import ACT as SCOPE
from governance.signoffs.selectors import missing_roles
from governance.signoffs.services import CLOCKS_APART, FRESH, LineAnswer, request_open, request_sign
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import NotAllowedError
from tests import builders
from tests.builders import person

pytestmark = [pytest.mark.django_db, pytest.mark.faults]
NOW, INSTANT = dt.timedelta(0), dt.timedelta(microseconds=1)
WHO = ("admin", "superuser", "system", "system in the group", "closed", "executive", "other department")


@pytest.fixture
def asked() -> SignoffRequest:
    builders.required(SCOPE, "finance", "legal", "logistics")
    return request_open(act=SCOPE, summary="AA", lines=[("a" * 64, "AA, certified")], actor=person("dpm"))


def one_of(kind: str) -> User:
    group = person("finance").groups.get()
    if kind == "superuser":
        user = person("root", "executive")
        user.is_superuser = user.is_staff = True
        user.save()
        return user
    if kind == "system":
        return system()
    if kind == "system in the group":
        system().groups.add(group)
        return system()
    if kind == "closed":
        user = person("finance-2", "finance")
        account_close(user=user, reason="Left.", actor=person("admin"))
        return User.objects.get(pk=user.pk)
    return person("legal") if kind == "other department" else person(kind)


def by_sql(request: SignoffRequest, signer: User, *, proven: dt.timedelta | None = NOW) -> None:
    """A signature past the service; its signer proved who they are so long before (None: never)."""
    line, moment = request.lines.get(), clock.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO governance_signature (line_id, digest, role, person_id, verdict, statement, reason, round,"
            " authenticated_at, signed_at) VALUES (%s, %s, 'finance', %s, 'approve', '', '', 0, %s, %s)",
            [line.pk, line.digest, signer.pk, None if proven is None else moment - proven, moment],
        )


@pytest.mark.parametrize("kind", WHO)
def test_s1_who_never_signs(asked, kind):
    who = one_of(kind)
    with pytest.raises(NotAllowedError):
        builders.answer(asked, "finance", who)
    with pytest.raises(DatabaseError, match=r"cannot sign|does not sign"):
        by_sql(asked, who)
    assert "finance" in missing_roles(SCOPE, "a" * 64)


@pytest.mark.parametrize("proven", [None, FRESH + INSTANT, -INSTANT])
def test_s1_who_has_not_just_proven_who_they_are_does_not_sign(asked, proven):
    with pytest.raises(DatabaseError, match="did not prove who they are"):
        by_sql(asked, person("finance"), proven=proven)
    assert "finance" in missing_roles(SCOPE, "a" * 64)


@pytest.mark.parametrize("proven", [FRESH, NOW])
def test_the_database_allows_the_time_the_service_allows(asked, proven):
    by_sql(asked, person("finance"), proven=proven)
    assert "finance" not in missing_roles(SCOPE, "a" * 64)


def test_a_proof_by_a_clock_a_little_ahead_counts_as_of_now(asked):
    ahead = clock.now() + CLOCKS_APART
    request_sign(
        request=asked, role="finance", answers={"a" * 64: LineAnswer("approve")}, statement="I saw it.",
        authenticated_at=ahead, actor=person("finance"),
    )  # fmt: skip
    given = Signature.objects.get()
    assert given.authenticated_at == given.signed_at < ahead


def test_s1_nobody_signs_by_anothers_hand(asked):
    """No service takes a signer besides its actor; a row with an invented proof is found, since no entry of that
    person tells it."""
    from governance.audit.review import review

    builders.sign(asked, "legal")
    by_sql(asked, person("finance"))
    assert "signatures" in review().problem


def test_s3_a_role_counts_at_the_moment_of_the_signature(asked):
    builders.sign(asked, "finance")
    role_revoke(user=person("finance"), role="finance", reason="Left.", actor=person("admin"))
    assert missing_roles(SCOPE, "a" * 64) == ["legal", "logistics"], "what was signed in office stands"
    late = person("legal")
    role_revoke(user=late, role="legal", reason="Left.", actor=person("admin"))
    with pytest.raises(NotAllowedError):
        builders.answer(asked, "legal", late)
    role_grant(user=late, role="legal", actor=person("admin"))
    builders.answer(asked, "legal", late)
