"""Force majeure: an overlay with its own evidence and signer, in force from the signature on."""

from __future__ import annotations

import datetime as dt
import io
import json

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from governance.access.services import role_grant, system
from governance.ledger.models import Entry
from governance.majeure.models import ForceMajeure
from governance.majeure.selectors import in_force, state
from governance.majeure.services import majeure_declare, majeure_withdraw
from governance.models import SignoffRequest
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, NotAllowedError
from tests import builders
from tests.builders import FLOOD, SHOWN, UNDECIDED, person

pytestmark = pytest.mark.django_db


def request_of(majeure: ForceMajeure) -> SignoffRequest:
    return SignoffRequest.objects.get(act="majeure", lines__digest=majeure.digest)


def signed() -> ForceMajeure:
    majeure = builders.majeure_declared()
    builders.sign(request_of(majeure), "legal")
    return majeure


def now_in_force(*markets: str) -> list[ForceMajeure]:
    return in_force(markets or (SHOWN,), clock.now())


def test_it_counts_from_legals_signature_on():
    majeure = builders.majeure_declared()
    assert (now_in_force(), state(majeure)) == ([], "unsigned")
    before = clock.now()
    builders.sign(request_of(majeure), "legal")
    assert (now_in_force(), state(majeure)) == ([majeure], "in force")
    assert in_force([SHOWN], before) == []
    assert now_in_force(UNDECIDED) == []


def test_a_rejection_keeps_it_out():
    majeure = builders.majeure_declared()
    builders.answer(request_of(majeure), "legal", person("legal"), "reject", "No evidence.")
    assert now_in_force() == []


def test_without_a_requirement_nothing_is_in_force():
    builders.two_markets()
    majeure_declare(**FLOOD, actor=person("logistics"))
    assert now_in_force() == []


def test_its_author_does_not_sign():
    builders.majeure_declared()
    both = person("both", "logistics", "legal")
    majeure = majeure_declare(**FLOOD | {"event": "Strike"}, actor=both)
    with pytest.raises(NotAllowedError):
        builders.answer(request_of(majeure), "legal", both)
    line = request_of(majeure).lines.get()
    with pytest.raises(DatabaseError, match="does not sign"), transaction.atomic():
        connection.cursor().execute(
            "INSERT INTO governance_signature (line_id, digest, role, person_id, verdict, statement, signed_at,"
            " authenticated_at, reason, round) VALUES (%s, %s, 'legal', %s, 'approve', 'Mine.', now(), now(), '', 0)",
            [line.pk, line.digest, both.pk],
        )


def test_its_author_does_not_sign_where_another_asked_either():
    """The trigger of its own: here neither the request nor a decision names the author."""
    majeure = builders.majeure_declared()
    author = majeure.declared_by
    role_grant(user=author, role="legal", actor=person("admin"))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO governance_signoffrequest (act, summary, opened_by_id, opened_at)"
            " VALUES ('majeure', 'again', %s, now()) RETURNING id",
            [person("dpm").pk],
        )
        (request,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO governance_signoffline (request_id, digest, subject) VALUES (%s, %s, '')"
            " RETURNING id",
            [request, majeure.digest],
        )
        (line,) = cursor.fetchone()
    # Nothing but the declaration names the author: the request above was opened by the DPM.
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="does not sign"):
        cursor.execute(
            "INSERT INTO governance_signature (line_id, digest, role, person_id, verdict, statement, signed_at,"
            " authenticated_at) VALUES (%s, %s, 'legal', %s, 'approve', '', now(), now())",
            [line, majeure.digest, author.pk],
        )


def test_a_withdrawn_one_counts_no_more_and_what_was_known_then_stays():
    majeure = signed()
    before = clock.now()
    majeure_withdraw(majeure=majeure, reason="Other days.", actor=person("legal"))
    majeure.refresh_from_db()
    assert (now_in_force(), state(majeure)) == ([], "withdrawn")
    assert in_force([SHOWN], before) == [majeure]
    with pytest.raises(ConflictError, match="was withdrawn on"):
        majeure_withdraw(majeure=majeure, reason="Again.", actor=person("dpm"))


def test_declared_again_after_a_withdrawal_it_is_unsigned():
    majeure_withdraw(majeure=signed(), reason="Other days.", actor=person("legal"))
    again = majeure_declare(**FLOOD, actor=person("logistics"))
    assert (now_in_force(), state(again)) == ([], "unsigned")


def test_the_same_is_not_declared_twice():
    builders.majeure_declared()
    with pytest.raises(ConflictError, match="declared already"):
        majeure_declare(**FLOOD, actor=person("dpm"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"market": "ZZ"}, "There is no market 'ZZ'"),
        ({"until": FLOOD["since"] - dt.timedelta(days=1)}, "It cannot end on 2025-11-02"),
        ({"until": FLOOD["since"] + dt.timedelta(days=92)}, "93 days are too many"),
        ({"since": dt.date(2999, 1, 1), "until": dt.date(2999, 1, 2)}, "is in the future"),
        ({"event": " "}, "says what happened"),
        ({"evidence": ""}, "where its evidence is"),
        ({"evidence": "x" * 1001}, "room for 1000"),
        ({"carrier": "x" * 81}, "room for 80"),
    ],
)
def test_what_cannot_be_declared_is_said(change, said):
    builders.two_markets()
    with pytest.raises(InvalidInputError, match=said):
        majeure_declare(**FLOOD | change, actor=person("dpm"))
    assert not ForceMajeure.objects.exists()


@pytest.mark.parametrize("name", ["admin", "data_engineer", "finance"])
def test_others_do_not_declare(name):
    builders.two_markets()
    with pytest.raises(NotAllowedError):
        majeure_declare(**FLOOD, actor=person(name))


def test_the_system_does_not_declare():
    builders.two_markets()
    with pytest.raises(NotAllowedError, match="A system account may not"):
        majeure_declare(**FLOOD, actor=system())


def test_a_withdrawal_needs_its_reason():
    with pytest.raises(InvalidInputError, match="needs its reason"):
        majeure_withdraw(majeure=builders.majeure_declared(), reason=" ", actor=person("dpm"))


@pytest.mark.parametrize("table", ["forcemajeure", "majeurewithdrawal"])
def test_rows_are_never_changed(table):
    majeure_withdraw(majeure=signed(), reason="Other days.", actor=person("legal"))
    for statement in (f"UPDATE governance_{table} SET id = 99", f"DELETE FROM governance_{table}"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_entry_holds_all_that_was_declared():
    majeure = builders.majeure_declared()
    payload = json.loads(Entry.objects.get(action="majeure.declared").payload)
    assert payload["digest"] == majeure.digest
    stated = payload["facts"]["majeure"][str(majeure)]
    assert {key: stated[key] for key in FLOOD} == {key: str(value) for key, value in FLOOD.items()}


def command(*arguments: str) -> tuple[str, int]:
    """Output and exit code of `manage.py force_majeure`, in this test's transaction."""
    out = io.StringIO()
    try:
        call_command("force_majeure", *arguments, stdout=out, stderr=out)
    except SystemExit as ended:
        return out.getvalue(), int(ended.code or 0)
    return out.getvalue(), 0


def test_the_command_declares_lists_and_withdraws():
    builders.two_markets()
    builders.required("majeure", "legal")
    days = ("--since", "2025-11-03", "--until", "2025-11-04")
    what = ("--event", "Flood", "--evidence", "link", "--carrier", "DHL", "--as", "logistics")
    person("logistics")
    text, code = command("declare", SHOWN, *days, *what, "--json")
    number = json.loads(text)["number"]
    assert (json.loads(text)["state"], code) == ("unsigned", 0)
    builders.sign(request_of(ForceMajeure.objects.get()), "legal")
    listed = f"{number}  AA  2025-11-03 to 2025-11-04  in force  (DHL) Flood\n"
    assert command("list") == (listed, 0)
    assert command("withdraw", number, "--reason", "wrong days", "--as", "legal")[1] == 0
    (only,) = json.loads(command("list", "--json")[0])["declarations"]
    assert only["state"] == "withdrawn"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["withdraw", "FM-999999", "--reason", "x"], "There is no declaration of force majeure 'FM-999999'"),
        (["withdraw", "FM-²", "--reason", "x"], "There is no declaration"),
        (
            [
                "declare",
                "AA",
                "--since",
                "2025-11-03",
                "--until",
                "2025-11-04",
                "--event",
                "x",
                "--evidence",
                "x",
            ],
            "A system account may not declare",
        ),
    ],
)
def test_the_command_says_why_not(arguments, said):
    builders.two_markets()
    text, code = command(*arguments)
    assert said in text
    assert code == 1
