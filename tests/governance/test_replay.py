"""The state replayed from the entries is the state of the tables, and breaks of the rules are named."""

from __future__ import annotations

import ast
import datetime as dt
import json
import logging
from dataclasses import replace

import pytest

from governance import tasks
from governance.access.deputies.services import deputy_name, deputy_withdraw
from governance.access.services import role_grant, role_revoke
from governance.access.tokens.services import token_create, token_revoke
from governance.audit.review import Difference, review, stored
from governance.audit.tripwire import act_on
from governance.killswitch.services import shutoff_activate
from governance.ledger.offline import GENESIS, Replay
from governance.majeure.services import majeure_withdraw
from governance.models import Market, SignoffRequest
from otdr_hub.celery import SCHEDULE
from tests import builders
from tests.builders import person
from tests.governance.tampering import row
from tests.house.conftest import PROJECT, files


@pytest.fixture(autouse=True)
def places(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"


def lived(folder) -> None:
    """A past with every kind of fact in it."""
    builders.published(folder)
    majeure = builders.majeure_declared()
    builders.sign(SignoffRequest.objects.get(act="majeure"), "legal")
    majeure_withdraw(majeure=majeure, reason="Other days.", actor=person("dpm"))
    role_grant(user=person("executive"), role="bizops", actor=person("admin"))
    admin, finance = person("admin"), person("finance")
    day = dt.date(2026, 1, 5)
    deputyship = deputy_name(
        person=finance, deputy=person("finance-2", "finance"), role="finance", since=day, until=day,
        reason="Away.", actor=finance,
    )  # fmt: skip
    deputy_withdraw(deputyship=deputyship, reason="Back.", actor=admin)
    token, _ = token_create(person=finance, name="sheet", scopes=["read"], days=1, actor=finance)
    token_revoke(token=token, actor=finance)
    role_revoke(user=person("executive"), role="bizops", reason="Moved on.", actor=admin)
    shutoff_activate(market=builders.SHOWN, category="other", reason="Because.", actor=person("dpm"))


def test_the_tables_say_what_the_entries_say(db, tmp_path):
    lived(tmp_path)
    found = review()
    assert (found.difference, found.finding, found.guard) == (None, None, "")
    kinds = {kind for kind, items in stored().items() if items}
    assert kinds >= {
        "accounts", "roles", "grants", "deputies", "tokens", "markets", "requirements", "requests",
        "signatures", "versions", "decisions", "publications", "shutoffs", "majeure",
    }  # fmt: skip


def test_a_rejection_is_replayed(db, tmp_path):
    builders.asked(tmp_path)
    request = SignoffRequest.objects.get(act="scope")
    builders.answer(request, "legal", person("legal"), "reject", "Not like this.")
    assert review().difference is None


def test_l14_a_change_without_an_entry_is_in_the_log_within_a_minute(db, tmp_path, caplog):
    lived(tmp_path)
    with caplog.at_level(logging.CRITICAL):
        tasks.compare()
        assert caplog.text == ""
        Market.objects.filter(pk=builders.SHOWN).update(name="Atlantis")
        tasks.compare()
    assert "markets AA, name: the ledger says 'Aland', the tables say 'Atlantis'" in caplog.text
    seconds = {name: when for _, name, when, *_ in SCHEDULE}
    assert max(seconds[task.name] for task in (tasks.compare, tasks.keep_up)) <= 30


def test_guards_that_were_put_back_are_told_and_switch_nothing_off_by_themselves(db):
    """A migration that was undone looks the same. What was done meanwhile is found by replay, as ever."""
    sound = review()
    put_back = replace(sound, put_back=3)
    assert sound.problem == ""
    assert "Before entry 3 the database's guards were others for a while" in put_back.problem
    assert [act_on(put_back), act_on(put_back)] == [False, False]
    done = replace(put_back, difference=Difference("markets AA, name", "Aland", "Atlantis"))
    assert [act_on(done), act_on(done)] == [False, True]


def test_every_act_of_governance_states_its_facts():
    calls = [
        (f"{path.relative_to(PROJECT)}:{node.lineno}", {keyword.arg for keyword in node.keywords})
        for path in files(".py", "governance")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "record"
    ]
    assert len(calls) >= 12
    assert [where for where, given in calls if "facts" not in given] == []


ACCOUNTS = {
    "roles": {"f": ["finance"], "e": ["executive"], "d": ["dpm", "finance"]},
    "requirements": {"version finance * #1": {"act": "version", "scope": "*", "role": "finance", "count": 1}},
}
DRAFT = {"versions": {"v1": {"state": "draft", "by": "d"}}}
REVIEW = {
    "versions": {"v1": {"state": "in_review", "by": "d"}},
    "requests": {"1": {"act": "version", "by": "d", "lines": {"v1": "the version"}}},
}
APPROVED = {"versions": {"v1": {"state": "approved", "by": "d"}}}
PUBLISHED = {"publications": {"P-1": {"lines": {"US/-/-": ["vintage", "decided"]}}}}


def signature(person: str, role: str = "finance", verdict: str = "approve") -> dict:
    given = {"person": person, "role": role, "verdict": verdict, "withdrawn": None}
    return {"signatures": {"v1": {f"{person} #0": given}}}


def replayed(*acts: tuple[str, dict]) -> Replay:
    """Entries of these actors with these facts, in order."""
    replay, previous = Replay(), GENESIS
    for seq, (actor, facts) in enumerate(acts, start=1):
        entry = row(seq, previous, actor, json.dumps({"facts": facts}))
        replay.fold(entry)
        previous = entry[8]
    return replay


BEGINNING = (("admin", ACCOUNTS), ("d", DRAFT), ("d", REVIEW))


def test_a_version_approved_by_a_signature_is_allowed():
    assert replayed(*BEGINNING, ("f", signature("f") | APPROVED)).finding is None


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (("e", signature("e")), "e signed without holding the role finance"),
        (("e", signature("f")), "f signed without holding the role finance, or by another's hand"),
        (("d", signature("d")), "d signed what was their own"),
        (("d", APPROVED), "the version v1 went from 'in_review' to 'approved' and may not"),
        (("f", signature("f", verdict="reject") | APPROVED), "went from 'in_review' to 'approved'"),
        (("d", {"versions": {"v1": {"state": "effective", "by": "d"}}}), "'in_review' to 'effective'"),
        (("d", PUBLISHED), "US/-/- was published as decided without its signatures"),
        (("x", {"versions": {"v1": "effective"}}), "its facts cannot be understood"),
        (("x", {"signatures": {"v1": None, "v2": 7}}), "its facts cannot be understood"),
    ],
)
def test_what_the_entries_before_do_not_allow_is_named(act, said):
    finding = replayed(*BEGINNING, act).finding
    assert finding is not None
    assert finding.seq == 4
    assert said in finding.problem


def test_a_fact_taken_back_is_gone():
    replay = replayed(("x", {"shutoffs": {"US/-/-": {"by": "x"}}}), ("y", {"shutoffs": {"US/-/-": None}}))
    assert replay.state["shutoffs"] == {}
