"""A framework's life: proposed, signed, in effect, on record; and what the database refuses by itself."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from governance.access.policy import ROLES
from governance.audit.review import review
from governance.decisions import board
from governance.decisions.models import PreviewLook
from governance.decisions.services import MissingWhyError, decision_make, preview_look
from governance.framework.models import FrameworkPolicy
from governance.framework.selectors import in_effect
from governance.framework.services import framework_propose
from governance.ledger.models import Entry
from governance.signoffs.services import signature_withdraw
from otdr_hub.lib import clock, digest
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, MovedError, NotAllowedError
from tests import builders, frameworks, launches
from tests.builders import person
from tests.launches import decide, naming, polled, ready, seated

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    return tmp_path


# Signed like everything else


def test_it_is_in_effect_once_every_department_signed():
    request = frameworks.proposed()
    assert in_effect() is None
    builders.sign(request, "finance", "legal")
    assert in_effect() is None
    builders.sign(request, "logistics")
    assert in_effect().name == "framework-1"


def test_the_one_before_stays_until_the_next_is_signed():
    frameworks.in_effect()
    frameworks.proposed("framework-2", coverage="80")
    assert in_effect().name == "framework-1"
    builders.sign(FrameworkRequest("framework-2"), "finance", "legal", "logistics")
    assert in_effect().name == "framework-2"


def FrameworkRequest(name: str):  # noqa: N802 (reads like the model it finds)
    from governance.signoffs.models import SignoffRequest

    return SignoffRequest.objects.get(
        act="framework", lines__digest=FrameworkPolicy.objects.get(name=name).digest
    )


def test_a_signature_taken_back_ends_it():
    frameworks.in_effect()
    signature_withdraw(request=FrameworkRequest("framework-1"), reason="I misread it.", actor=person("legal"))
    assert in_effect() is None


def test_nothing_can_be_proposed_that_nobody_would_sign():
    with pytest.raises(ConflictError, match="No signature is required"):
        framework_propose(document=frameworks.TEXT, reason="x", actor=person("dpm"))


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"dpm"}))
def test_only_the_dpm_proposes(role):
    builders.required("framework", "finance")
    with pytest.raises(NotAllowedError):
        framework_propose(document=frameworks.TEXT, reason="x", actor=person(role))


def test_a_name_is_given_once_and_a_reason_always():
    frameworks.proposed()
    with pytest.raises(ConflictError, match="framework-1 is taken"):
        frameworks.proposed(coverage="80")
    with pytest.raises(InvalidInputError, match="takes a reason"):
        framework_propose(document=frameworks.document("framework-2"), reason=" ", actor=person("dpm"))


# Part of the decision


def test_the_proposal_is_part_of_what_a_decision_is_made_on(lake):
    launch = ready(lake)
    seen = board.read(launch).digest
    frameworks.in_effect(coverage="10", excluded="100")
    after = board.read(launch)
    assert after.digest != seen
    with pytest.raises(MovedError):
        decide(launch, seen=seen)
    assert after.proposal.kind == "launch_partial"
    decision = decide(launch)
    kept = decision.seen["board"]["proposal"]
    assert (kept["kind"], kept["digest"]) == ("launch_partial", after.proposal.digest)
    assert kept["markets"] == {"AA": "as_is", "BB": "out"}
    assert "Borduria is left out: signatures are missing." in kept["reasons"]


def test_no_figure_of_a_market_is_kept_with_a_decision(lake):
    launch = ready(lake)
    frameworks.in_effect(coverage="10", excluded="100")
    proposal = board.read(launch).proposal
    assert {one.share for one in proposal.measures.markets} == {Decimal(50)}
    assert "50" in {row.measured for row in proposal.rows}
    kept = decide(launch).seen["board"]["proposal"]
    assert not any("measured" in row for row in kept["rows"])
    said = [*kept["reasons"], *kept["changes"], *(row["sentence"] for row in kept["rows"])]
    assert not any("50" in one for one in said)


def test_deciding_otherwise_takes_a_reason_of_its_own(lake):
    launch = ready(lake)
    frameworks.in_effect()  # half of the volume is left out, so it proposes to block
    table = board.read(launch)
    assert table.proposal.kind == "block"
    with pytest.raises(MissingWhyError, match="framework-1 proposes “Block”"):
        decide(launch)
    made = decide(launch, differs="The other half was never meant to be in this review.")
    assert made.seen["differs"] == "The other half was never meant to be in this review."
    entry = Entry.objects.filter(action="decision.made").latest("seq")
    assert '"proposed":"block"' in entry.payload


def test_deciding_as_proposed_explains_nothing(lake):
    launch = ready(lake)
    frameworks.in_effect()
    with pytest.raises(MissingWhyError, match="nothing to explain"):
        decide(launch, "block", reason="No.", differs="Because.")
    decide(launch, "block", reason="No.")


def test_without_a_framework_the_chair_decides_alone(lake):
    launch = ready(lake)
    assert board.read(launch).proposal is None
    assert decide(launch).seen["board"]["proposal"] is None


# Who looked at a preview


def test_a_look_is_kept_once_and_on_record():
    launch = seated()
    for _ in range(2):
        preview_look(launch=launch, kind="block", seen="a" * 64, actor=person("legal"))
    assert PreviewLook.objects.count() == 1
    assert Entry.objects.filter(action="preview.looked").count() == 1


@pytest.mark.parametrize("role", ["executive", "auditor", "admin"])
def test_whoever_has_no_seat_does_not_look(role):
    launch = seated()
    with pytest.raises(NotAllowedError):
        preview_look(launch=launch, kind="block", seen="a" * 64, actor=person(role))


def test_the_role_without_the_seat_is_not_enough():
    launch = seated()
    with pytest.raises(NotAllowedError, match="has no seat"):
        preview_look(launch=launch, kind="block", seen="a" * 64, actor=person("legal-9", "legal"))


# What the database refuses by itself


def attack(statement: str, *values: object) -> str:
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, list(values))
    return str(caught.value)


ADD = (
    "INSERT INTO governance_frameworkpolicy (name, digest, content, document, reason, proposed_by_id, proposed_at)"
    " VALUES (%s, %s, %s, '', 'x', %s, %s)"
)


def test_a_framework_is_not_added_past_the_service():
    content = digest.canonical({"name": "f", "criteria": {}})
    good, now = digest.of_bytes(content.encode()), clock.now()
    assert "proposed by the DPM" in attack(ADD, "f", good, content, person("finance").pk, now)
    assert "framework_is_its_content" in attack(ADD, "f", "a" * 64, content, person("dpm").pk, now)
    assert "bears the name" in attack(ADD, "g", good, content, person("dpm").pk, now)


def test_nothing_is_changed_or_taken_out():
    frameworks.in_effect()
    launch = seated()
    preview_look(launch=launch, kind="block", seen="a" * 64, actor=person("legal"))
    for table in ("frameworkpolicy", "previewlook"):
        attack(f"DELETE FROM governance_{table}")
        attack(f"UPDATE governance_{table} SET id = id + 1")


def test_a_look_without_a_seat_is_refused_there_too():
    launch = seated()
    statement = "INSERT INTO governance_previewlook (launch_id, kind, seen, person_id, at) VALUES (%s, 'block', 'x', %s, %s)"
    assert "speaks for a seat" in attack(statement, launch.pk, person("executive").pk, clock.now())


def test_the_ledger_says_what_the_tables_say(lake):
    launch = ready(lake)
    frameworks.in_effect()
    preview_look(launch=launch, kind="block", seen="a" * 64, actor=launches.holder("legal"))
    polled(launch)
    decision_make(
        launch=launch, kind="launch_partial", reason=naming(launch), seen=board.read(launch).digest,
        differs="As agreed.", actor=person("dpm"),
    )  # fmt: skip
    found = review()
    assert found.difference is None, found.difference


def test_a_row_without_an_entry_is_found(lake):
    frameworks.in_effect()
    FrameworkPolicy.objects.create(
        name="g", digest=digest.of({"name": "g"}), content='{"name":"g"}', document="", reason="x",
        proposed_by=person("dpm"), proposed_at=clock.now(),
    )  # fmt: skip
    assert "frameworks" in review().difference.what
