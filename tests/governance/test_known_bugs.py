"""Five bugs that other approval tools shipped, each tried here and refused; each test bears the bug's name."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import partial

import pytest
from django.db import DatabaseError, connection, transaction

from governance.access.services import role_grant
from governance.models import Market, Requirement
from governance.publication.services import publication_publish
from governance.requirements.services import requirement_propose, requirement_set
from governance.scope.services import scope_decide
from governance.signoffs.selectors import missing_roles, stands
from governance.signoffs.services import request_open
from governance.versions.services import version_submit
from metrics.recompute.selectors import vintages_of
from otdr_hub.hub.guarded import read_hub
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, NotAllowedError
from tests import builders
from tests.builders import DEPARTMENTS, SHOWN, WEEK, person

FULL = os.environ.get("OTDR_EXAMPLES") == "full"


@pytest.fixture
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    return settings.LAKE_ROOT


def edited(run, words="Provisional for the north."):
    return scope_decide(
        market=Market.objects.get(pk=SHOWN), state="known_issue", version=run.version,
        vintage=vintages_of(run)[SHOWN], through=WEEK, disclosure=words, plan="Wait.", owner="dpm",
        effect=builders.effect_of(run),
        review_on=WEEK.replace(year=WEEK.year + 9), actor=person("dpm"),
    )  # fmt: skip


def signed_by_sql(request, signer):
    """A signature of Finance written past the services, as the application's role."""
    line = request.lines.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("otdr_app",)
        cursor.execute(
            "INSERT INTO governance_signature (line_id, digest, role, person_id, verdict, statement, reason,"
            " round, authenticated_at, signed_at)"
            " VALUES (%s, %s, 'finance', %s, 'approve', '', '', 0, now(), now())",
            [line.pk, line.digest, signer.pk],
        )


def reason_not_shown():
    """Why the market is not on the hub; None while it is."""
    found = read_hub()
    if SHOWN in [market.code for market in found.markets]:
        return None
    return next(item.reason for item in found.not_shown if item.code == SHOWN)


@pytest.mark.django_db
def test_flagsmith_7056_no_approval_outlives_an_edit(lake, tmp_path):
    """There, approvals given before an edit still counted for the edited change."""
    run = builders.signed(tmp_path)
    publish = partial(
        publication_publish,
        version=run.version, vintages=vintages_of(run), through=WEEK, as_of=run.as_of, actor=person("dpm"),
    )  # fmt: skip
    publish()
    assert reason_not_shown() is None
    decision = edited(run)
    assert missing_roles("scope", decision.digest) == sorted(DEPARTMENTS)
    assert reason_not_shown() == "needs_signing"
    with pytest.raises(ConflictError, match="nothing to publish"):
        publish()


@pytest.mark.django_db
def test_experimenter_four_eyes_hold_without_any_page(lake, tmp_path):
    """There, that an author may not approve stood in a template's tag, and nowhere else."""
    _, request = builders.asked(tmp_path)
    author = request.opened_by
    role_grant(user=author, role="finance", actor=person("admin"))
    with pytest.raises(NotAllowedError):
        builders.answer(request, "finance", author)
    with pytest.raises(DatabaseError, match="whoever proposes or asks does not sign"), transaction.atomic():
        signed_by_sql(request, author)


def version_submitted_by_another(folder):
    builders.required("version", "finance")
    version = builders.version_draft()
    return version_submit(version=version, actor=person("dpm")), version.author


def decision_asked_by_another(folder):
    builders.required("scope", *DEPARTMENTS)
    _, decision = builders.decided(folder)
    lines = [(decision.digest, "AA, certified")]
    request = request_open(act="scope", summary="Certify", lines=lines, actor=person("dpm-2", "dpm"))
    return request, decision.decided_by


@pytest.mark.django_db
@pytest.mark.parametrize("made", [version_submitted_by_another, decision_asked_by_another])
def test_balrog_the_author_is_no_signer(lake, tmp_path, made):
    """There, whoever made a change counted as one of its signers."""
    request, author = made(tmp_path)
    assert author != request.opened_by, "it is for being the author that they are refused"
    role_grant(user=author, role="finance", actor=person("admin"))
    with pytest.raises(NotAllowedError, match="proposed or computed is signed by others"):
        builders.answer(request, "finance", author)
    with pytest.raises(DatabaseError, match="whoever proposes or asks does not sign"), transaction.atomic():
        signed_by_sql(request, author)
    assert "finance" in missing_roles(request.act, request.lines.get().digest)
    builders.sign(request, "finance")
    assert "finance" not in missing_roles(request.act, request.lines.get().digest)


@pytest.mark.django_db
def test_posthog_49667_a_quorum_of_none_approves_nothing(lake, tmp_path):
    """There, a policy that asked for no approvals applied changes by itself."""
    _, decision = builders.decided(tmp_path)
    assert not Requirement.objects.filter(act="scope").exists()
    assert not stands("scope", decision.digest)
    person("finance")
    for count in (0, -1):
        with pytest.raises(InvalidInputError, match="at least 1"):
            requirement_set(act="scope", role="finance", count=count, actor=person("admin"))
    requirement_set(act="scope", role="finance", count=1, actor=person("admin"))
    with pytest.raises(InvalidInputError, match="at least 1"):
        requirement_propose(act="scope", role="finance", count=0, reason="faster", actor=person("admin"))
    with pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute(
            "INSERT INTO governance_requirement (act, scope, role, count) VALUES ('scope', '*', 'legal', 0)"
        )


@pytest.mark.timeout(7200 if FULL else 300)
def test_gitlab_383776_no_window_between_an_edit_and_its_signatures(server):
    """There, approvals were reset some seconds after the edit, and a merge slipped in between."""
    count = "10000" if FULL else "30"
    done = subprocess.run(
        [sys.executable, "-m", "tests.governance.races", "--count", count],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "otdr_hub.settings.dev"}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert found["unsigned_certified"] == 0
    assert found["signed"] + found["refused"] == int(count)
    assert min(found["signed"], found["refused"]) > int(count) / 20, "each of the two came first, often"
