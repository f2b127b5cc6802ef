"""The rules of signing, deciding and publishing: through the services, and by SQL around them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from governance.access.backends import PasswordBackend
from governance.access.services import account_create, role_grant, system
from governance.definition import DefinitionError, parse
from governance.models import Market, MetricVersion, Publication, Signature
from governance.publication.services import publication_publish
from governance.requirements.services import requirement_set
from governance.scope.services import scope_decide
from governance.signoffs.selectors import stands
from governance.signoffs.services import request_open
from metrics.recompute.selectors import vintages_of
from metrics.recompute.services import run_execute, run_queue
from otdr_hub.hub.guarded import read_hub
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, NotAllowedError
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    return settings.LAKE_ROOT


def give(request, role, person, verdict="approve"):
    reason = "" if verdict == "approve" else "Not like this."
    return builders.answer(request, role, person, verdict, reason)


def refused_by_the_database(statement, parameters):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def forge(line, role, person):
    """A signature written by SQL under the application's own role."""
    refused_by_the_database(
        "INSERT INTO governance_signature (line_id, digest, role, person_id, verdict, statement, signed_at,"
        " authenticated_at, reason, round) VALUES (%s, %s, %s, %s, 'approve', '', now(), now(), '', 0)",
        [line.pk, line.digest, role, person.pk],
    )


def test_one_person_does_not_sign_for_two_departments(tmp_path):
    _, request = builders.asked(tmp_path)
    both = builders.person("both", "finance", "legal")
    give(request, "finance", both)
    with pytest.raises(NotAllowedError, match="has answered this request for finance already"):
        give(request, "legal", both)
    forge(request.lines.get(), "legal", both)


def test_who_asks_does_not_sign(tmp_path):
    _, request = builders.asked(tmp_path)
    role_grant(user=request.opened_by, role="finance", actor=builders.person("admin"))
    with pytest.raises(NotAllowedError, match="does not give one"):
        give(request, "finance", request.opened_by)
    forge(request.lines.get(), "finance", request.opened_by)


def test_the_author_of_a_version_does_not_approve_it():
    version, _ = builders.version_in_review()
    author = version.author
    role_grant(user=author, role="finance", actor=builders.person("admin"))
    request = request_open(
        act="version", summary="again", lines=[(version.digest, "v")], actor=builders.person("dpm")
    )
    with pytest.raises(NotAllowedError, match="is signed by others"):
        give(request, "finance", author)
    forge(request.lines.get(), "finance", author)


def test_nobody_signs_for_a_department_not_theirs(tmp_path):
    _, request = builders.asked(tmp_path)
    for person in (builders.person("legal"), builders.person("admin"), builders.person("auditor"), system()):
        with pytest.raises(NotAllowedError):
            give(request, "finance", person)
        forge(request.lines.get(), "finance", person)


def test_a_role_taken_away_is_gone_at_once(tmp_path):
    _, request = builders.asked(tmp_path)
    finance = builders.person("finance")
    finance.groups.clear()
    with pytest.raises(NotAllowedError):
        give(request, "finance", finance)


def test_nobody_gives_themself_a_role_and_no_admin_signs():
    admin = builders.person("admin")
    with pytest.raises(NotAllowedError, match="to themself"):
        role_grant(user=admin, role="dpm", actor=admin)
    with pytest.raises(InvalidInputError, match="cannot sign for finance"):
        role_grant(user=admin, role="finance", actor=builders.person("other-admin", "admin"))
    with pytest.raises(NotAllowedError, match="system account"):
        role_grant(user=system(), role="finance", actor=admin)


def test_one_approval_more_than_needed_changes_nothing():
    version, request = builders.version_in_review()
    builders.sign(request, "finance")
    give(request, "finance", builders.person("finance-2", "finance"))
    version.refresh_from_db()
    assert version.state == "approved"


@pytest.mark.parametrize("name", ["", "a b", "x" * 151])
def test_a_user_name_that_cannot_be_is_said(name):
    with pytest.raises(InvalidInputError, match="user name"):
        account_create(username=name, password="x", roles=["executive"], actor=system())


def test_a_corrected_zone_is_another_question(tmp_path):
    run = builders.run_done(tmp_path)
    Market.objects.filter(pk=builders.SHOWN).update(zone="Asia/Tokyo")
    asked, is_new = run_queue(
        version=run.version,
        markets=["AA", "BB", "AA"],
        as_of=run.as_of,
        actor=builders.person("data_engineer"),
    )
    assert is_new
    assert run_execute(run=asked, actor=builders.person("data_engineer")).state == "done"


def test_a_rejection_stands_against_every_approval(tmp_path):
    _, request = builders.asked(tmp_path)
    builders.sign(request, "finance", "legal")
    give(request, "logistics", builders.person("logistics"), verdict="reject")
    assert not stands("scope", request.lines.get().digest)


def test_an_act_without_requirements_is_never_complete():
    assert not stands("scope", "0" * 64)


def test_a_version_is_approved_by_finances_signature_alone():
    version, request = builders.version_in_review()
    refused_by_the_database(
        "UPDATE governance_metricversion SET state = 'approved' WHERE digest = %s", [version.digest]
    )
    builders.sign(request, "finance")
    version.refresh_from_db()
    assert version.state == "approved"


@pytest.mark.parametrize("column", ["document", "name", "engine_digest", "completeness_floor", "author_id"])
def test_a_version_cannot_be_changed(column):
    version = builders.version_draft()
    value = {"completeness_floor": "0", "author_id": str(system().pk)}.get(column, "other")
    refused_by_the_database(f"UPDATE governance_metricversion SET {column} = %s", [value])
    refused_by_the_database("DELETE FROM governance_metricversion WHERE digest = %s", [version.digest])


def test_a_version_does_not_skip_a_state():
    version = builders.version_draft()
    refused_by_the_database(
        "UPDATE governance_metricversion SET state = 'effective' WHERE digest = %s", [version.digest]
    )


def test_a_version_of_another_engine_does_not_compute(tmp_path):
    builders.input_taken(tmp_path)
    version = builders.version_effective()
    stranger = MetricVersion(**{**_fields(version), "digest": "f" * 64, "engine_digest": "0" * 64})
    with pytest.raises(ConflictError, match="was defined for another engine"):
        run_queue(version=stranger, actor=builders.person("data_engineer"))


def _fields(version):
    return {field.attname: getattr(version, field.attname) for field in version._meta.concrete_fields}


@pytest.mark.parametrize("what", ["unknown vintage", "week without data", "preliminary"])
def test_what_is_not_ready_is_not_certified(tmp_path, what):
    run = builders.run_done(tmp_path)
    vintage = vintages_of(run)[builders.SHOWN]
    through, moment = builders.WEEK, clock.now()
    if what == "unknown vintage":
        vintage = "0" * 64
    elif what == "week without data":
        through += dt.timedelta(weeks=1)
    else:
        moment = dt.datetime(2025, 11, 6, tzinfo=dt.UTC)
    with clock.at(moment), pytest.raises(ConflictError, match="cannot be certified"):
        scope_decide(
            market=Market.objects.get(pk=builders.SHOWN), state="certified", version=run.version,
            vintage=vintage, through=through, effect=builders.effect_of(run), actor=builders.person("dpm"),
        )  # fmt: skip


def test_an_exclusion_needs_its_reason_and_review(tmp_path):
    run = builders.run_done(tmp_path)
    with pytest.raises(InvalidInputError, match="a reason, an owner and a review date"):
        scope_decide(
            market=Market.objects.get(pk=builders.SHOWN), state="excluded", version=run.version,
            vintage=vintages_of(run)[builders.SHOWN], through=builders.WEEK, effect=builders.effect_of(run),
            actor=builders.person("dpm"),
        )  # fmt: skip


def test_nothing_is_published_before_all_have_signed(tmp_path):
    run, request = builders.asked(tmp_path)
    builders.sign(request, "finance", "legal")
    with pytest.raises(ConflictError, match="nothing to publish"):
        publication_publish(
            version=run.version, vintages=vintages_of(run), through=builders.WEEK, as_of=run.as_of,
            actor=builders.person("dpm"),
        )  # fmt: skip


def test_a_publication_names_every_market(tmp_path):
    run = builders.signed(tmp_path)
    with pytest.raises(InvalidInputError, match="names each registered market once"):
        publication_publish(
            version=run.version, vintages={builders.SHOWN: vintages_of(run)[builders.SHOWN]},
            through=builders.WEEK, as_of=run.as_of, actor=builders.person("dpm"),
        )  # fmt: skip


def test_the_hub_shows_the_published_counts_and_no_others(tmp_path):
    builders.published(tmp_path)
    reading = read_hub()
    (market,) = reading.markets
    assert (market.code, market.weeks[-1].counts.on_time, market.weeks[-1].counts.due) == ("AA", 11, 12)
    assert [(absent.code, absent.reason) for absent in reading.not_shown] == [("BB", "undecided")]
    assert reading.rollup[-1].counts == market.weeks[-1].counts


@pytest.mark.parametrize("model", [Signature, Publication])
def test_rows_of_record_are_never_changed(tmp_path, model):
    builders.published(tmp_path)
    refused_by_the_database(f"UPDATE {model._meta.db_table} SET {model._meta.pk.column} = 99", [])
    refused_by_the_database(f"DELETE FROM {model._meta.db_table}", [])


def test_a_requirement_needs_holders():
    with pytest.raises(InvalidInputError, match="0 persons can sign for legal"):
        requirement_set(act="scope", role="legal", count=1, actor=builders.person("admin"))
    with pytest.raises(InvalidInputError, match="at least 1"):
        requirement_set(act="scope", role="legal", count=0, actor=builders.person("admin"))


def test_demonstration_accounts_open_only_where_switched_on(settings):
    account_create(username="d", password="otdr-demo", roles=["executive"], is_demo=True, actor=system())
    assert PasswordBackend().authenticate(None, "d", "otdr-demo") is not None
    settings.DEMO_ACCOUNTS = False
    assert PasswordBackend().authenticate(None, "d", "otdr-demo") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: otdr-1\ngrace: 5", "grace: no such node"),
        ("name: otdr-1\ngrace_minutes: 1.5", "grace_minutes: '1.5' is not a whole number"),
        ("name: otdr-1\ncompleteness_floor: 0.95", "write the share as text"),
        ("name: otdr-1\nsmall_cell: 5", "small_cell: 5 is out of range; use 11"),
        ("name: otdr-1\nexclusions: [cancelled_before_dispatch]", "'no_promise' cannot be left out"),
        ("name: otdr-1\npromise: newest", "promise: 'newest' is not known"),
        ("cohort: promise_end", "name: missing"),
        ("- a list", "must be a mapping"),
        ("name: [", "the document is not YAML"),
        ("name: 2026-13-45", "the document is not YAML: month must be in 1..12"),
        (f"name: {'9' * 5000}", "the document is not YAML"),
    ],
)
def test_an_invalid_definition_says_path_and_fix(text, said):
    with pytest.raises(DefinitionError, match=said.replace("[", r"\[")):
        parse(text)
