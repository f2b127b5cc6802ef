"""On again only through the gate: two others of two departments, over exactly what would be shown."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from governance.access.services import role_revoke, system
from governance.audit.past import seen_at
from governance.audit.review import review
from governance.killswitch.services import ACT, lift_ask, shutoff_activate
from governance.ledger.selectors import epoch
from governance.models import Shutoff, ShutoffLift, SignoffRequest
from governance.requirements.services import requirement_propose
from governance.signoffs.selectors import in_force, required
from governance.signoffs.services import request_sign
from otdr_hub.hub.guarded import read_hub
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import ConflictError, NotAllowedError
from tests import builders
from tests.builders import SHOWN, person

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    return tmp_path


EVIDENCE = "The feed was mended on Friday; the counts of the carrier agree."


def off_since(market: str | None, breakout: str | None = "-", value: str | None = "-") -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT governance_off_since(%s, %s, %s)", [market, breakout, value])
        return cursor.fetchone()[0]


def shown() -> list[str]:
    return [market.code for market in read_hub().markets]


def ask(shutoff: Shutoff, by: str = "dpm") -> SignoffRequest:
    return lift_ask(shutoff=shutoff, evidence=EVIDENCE, actor=person(by))


def test_two_others_of_two_departments_bring_it_back_and_it_may_go_off_again(lake):
    off = builders.switched_off(lake)
    assert shown() == []
    request = ask(off)
    builders.sign(request, "finance")
    assert shown() == []
    before = epoch()
    builders.sign(request, "logistics")
    assert shown() == [SHOWN]
    assert epoch() > before
    again = shutoff_activate(market=SHOWN, category="legal_hold", actor=person("legal"))
    assert (again.round, shown(), off_since(SHOWN)) == (1, [], again.at)
    assert review().problem == ""
    now = seen_at(dt.datetime.now(dt.UTC))
    assert [(one.code, one.reason) for one in now.markets if one.code == SHOWN] == [(SHOWN, "switched_off")]
    assert "AA is on again" in SaidOf(request).last


class SaidOf:
    """What the history says of a request."""

    def __init__(self, request: SignoffRequest) -> None:
        from governance.audit.telling import told
        from governance.ledger.models import Entry

        entries = Entry.objects.filter(subject=f"request {request.pk}").order_by("seq")
        self.last = str(told(entries.last(), {}))


def test_a_person_who_switched_off_or_asks_does_not_sign(lake):
    builders.published(lake)
    builders.required("shutoff_lift", "finance", "logistics")
    person("finance-2", "finance"), person("logistics-2", "logistics")
    off = shutoff_activate(market=SHOWN, category="other", actor=person("finance"))
    request = ask(off, by="logistics")
    for role in ("finance", "logistics"):
        with pytest.raises(NotAllowedError):
            builders.sign(request, role)
    line = request.lines.get()
    for name in ("finance", "logistics"):
        with pytest.raises(DatabaseError, match="does not sign"), transaction.atomic():
            insert_signature(line, name)
    builders.answer(request, "finance", person("finance-2"))
    with pytest.raises(NotAllowedError):
        builders.answer(request, "logistics", person("finance-2"))
    assert shown() == []
    builders.answer(request, "logistics", person("logistics-2"))
    assert shown() == [SHOWN]


def insert_signature(line: Any, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO governance_signature (line_id, digest, role, person_id, verdict, statement, reason,"
            " round, authenticated_at, signed_at) VALUES (%s, %s, %s, %s, 'approve', 's', '', 0, now(), now())",
            [line.pk, line.digest, name, person(name).pk],
        )


def test_s4_a_stale_session_and_the_product_itself_do_not_bring_it_back(lake):
    off = builders.switched_off(lake)
    request = ask(off)
    builders.sign(request, "logistics")
    (line,) = request.lines.all()
    old = clock.now() - dt.timedelta(minutes=6)
    with pytest.raises(NotAllowedError, match="Sign in again"):
        request_sign(
            request=request, role="finance", answers={line.digest: builders.LineAnswer("approve")},
            statement="s", authenticated_at=old, actor=person("finance"),
        )  # fmt: skip
    with pytest.raises(NotAllowedError):
        builders.answer(request, "finance", system())
    with pytest.raises(NotAllowedError):
        lift_ask(shutoff=off, evidence=EVIDENCE, actor=system())
    assert shown() == []


def test_s3_a_role_counts_at_the_moment_of_each_signature_for_on_again(lake):
    """Who signed in office has signed; who lost the role before does not, and it stays off until another does."""
    request = ask(builders.switched_off(lake))
    other = person("logistics-2", "logistics")
    builders.sign(request, "finance")
    for role in ("finance", "logistics"):
        role_revoke(user=person(role), role=role, reason="Left.", actor=person("admin"))
    with pytest.raises(NotAllowedError, match="does not sign for logistics"):
        builders.sign(request, "logistics")
    with pytest.raises(DatabaseError, match="does not sign"), transaction.atomic():
        insert_signature(request.lines.get(), "logistics")
    assert shown() == []
    builders.answer(request, "logistics", other)
    assert shown() == [SHOWN]


def test_the_database_refuses_a_lift_without_its_signatures(lake):
    off = builders.switched_off(lake)
    ask(off)
    pk = off.asks.get().pk
    with pytest.raises(IntegrityError, match="lacks signatures"), transaction.atomic():
        ShutoffLift.objects.create(shutoff=off, ask_id=pk, lifted_at=clock.now())
    for statement in ("UPDATE governance_shutoff SET market = 'BB'", "DELETE FROM governance_shutoff",
                      "TRUNCATE governance_shutofflift CASCADE"):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert shown() == []


def test_off_once_more_while_it_is_asked_voids_what_was_asked(lake):
    """K10: who switches off wins over who asks for on, in whichever order they commit."""
    off = builders.switched_off(lake)
    request = ask(off)
    builders.sign(request, "finance")
    shutoff_activate(market=SHOWN, category="security", actor=person("legal"))
    with pytest.raises(ConflictError, match="nothing to sign"):
        builders.sign(request, "logistics")
    with pytest.raises(ConflictError, match="already"):
        shutoff_activate(market=SHOWN, category="security", actor=person("legal"))
    builders.sign(ask(off), "finance", "logistics")
    assert shown() == [SHOWN]
    assert review().problem == ""


def test_a_gate_that_nobody_could_pass_is_not_opened(lake):
    builders.published(lake)
    builders.required("shutoff_lift", "finance")
    off = shutoff_activate(market=SHOWN, category="other", actor=person("dpm"))
    with pytest.raises(ConflictError, match="two departments"):
        ask(off)
    builders.required("shutoff_lift", "logistics")
    with pytest.raises(ConflictError, match="1 of finance must sign and 0 can"):
        ask(off, by="finance")


def test_without_requirements_of_its_own_the_gate_is_that_of_a_certification(lake):
    builders.published(lake)
    request = ask(shutoff_activate(market=SHOWN, category="other", actor=person("admin")))
    builders.sign(request, "finance", "logistics")
    assert shown() == []
    builders.sign(request, "legal")
    assert shown() == [SHOWN]
    assert review().problem == ""


def test_a_market_that_asks_more_asks_nothing_less_of_the_others(lake):
    """What a lift takes is asked per part of the scope: a requirement of one market replaces none elsewhere."""
    builders.published(lake)
    second = person("finance-2", "finance")
    everybody = {"finance": 1, "legal": 1, "logistics": 1}
    change = requirement_propose(
        act=ACT, scope=SHOWN, role="finance", count=2, reason="Two of them.", actor=person("admin")
    )
    assert required("requirement", change.lines.get().digest) == everybody | {"finance": 2}
    builders.sign(change, "finance", "legal", "logistics")
    builders.answer(change, "finance", second)
    assert in_force(ACT, "BB") == in_force(ACT, "*") == everybody
    off = shutoff_activate(market=SHOWN, category="other", actor=person("dpm"))
    with pytest.raises(ConflictError, match="two departments"):
        ask(off)
    change = requirement_propose(
        act=ACT, scope=SHOWN, role="logistics", count=1, reason="And one.", actor=person("admin")
    )
    builders.sign(change, "finance", "logistics")
    builders.answer(change, "finance", second)
    request = ask(off)
    assert required(ACT, request.lines.get().digest) == {"finance": 2, "logistics": 1}
    builders.sign(request, "finance", "logistics")
    assert shown() == []
    builders.answer(request, "finance", second)
    assert shown() == [SHOWN]
    everything = shutoff_activate(market="global", category="security", actor=person("dpm"))
    assert required(ACT, ask(everything).lines.get().digest) == everybody
    assert review().problem == ""


def test_a_rejection_ends_the_asking_and_it_may_be_asked_anew(lake):
    off = builders.switched_off(lake)
    first = ask(off)
    with pytest.raises(ConflictError, match="already"):
        ask(off)
    builders.answer(first, "finance", person("finance"), "reject", "Not mended at all.")
    with pytest.raises(ConflictError):
        builders.sign(first, "logistics")
    builders.sign(ask(off), "finance", "logistics")
    assert shown() == [SHOWN]


def test_everything_off_and_on_again_leaves_a_market_that_is_off_itself_off(lake):
    builders.switched_off(lake)
    everything = shutoff_activate(market="global", category="security", actor=person("dpm"))
    builders.sign(ask(everything, by="legal"), "finance", "logistics")
    assert off_since("BB") is None
    assert shown() == []
