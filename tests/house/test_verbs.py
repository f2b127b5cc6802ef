"""Each service verb leaves exactly one ledger entry, refuses strangers, and is listed here."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import governance
import metrics
from governance.access.models import User
from governance.access.services import account_create, role_grant, system
from governance.killswitch.services import shutoff_activate
from governance.ledger.actions import Action
from governance.ledger.models import Entry
from governance.markets.models import Market
from governance.markets.services import markets_load
from governance.publication.services import publication_publish
from governance.scope.services import scope_decide
from governance.signoffs.services import request_open, request_sign, requirement_set
from governance.versions.services import version_propose, version_put_into_effect, version_submit
from metrics.events.services import batch_ingest
from metrics.otdr.engine import engine_digest
from metrics.recompute.selectors import vintages_of
from metrics.recompute.services import run_execute, run_queue
from otdr_hub.lib.outcome import ConflictError, DomainError, InvalidInputError, NotAllowedError
from tests import builders
from tests.builders import person

# The pen itself: every verb holds it, so it is no verb.
PEN = "governance.ledger.services"


@dataclass(frozen=True)
class Scenario:
    """A call: what comes before it, and the action it records (None: nothing happens, nothing is said)."""

    verb: Callable[..., Any]
    action: Action | None
    prepare: Callable[[Path], dict[str, Any]]
    raises: type[DomainError] | None = None

    def __str__(self) -> str:
        return f"{self.verb.__name__}-{self.action.value if self.action else 'nothing'}"


def _account(folder: Path) -> dict[str, Any]:
    return {"username": "new", "password": builders.PASSWORD, "roles": ["legal"], "actor": person("admin")}


def _grant(folder: Path) -> dict[str, Any]:
    return {"user": person("exec", "executive"), "role": "bizops", "actor": person("admin")}


def _markets(folder: Path) -> dict[str, Any]:
    return {"rows": builders.MARKETS, "actor": system()}


def _requirement(folder: Path) -> dict[str, Any]:
    person("legal")
    return {"act": "scope", "role": "legal", "count": 1, "actor": person("admin")}


def _propose(folder: Path) -> dict[str, Any]:
    return {
        "definition": builders.DEFINITION,
        "engine_digest": engine_digest(),
        "actor": person("data_engineer"),
    }


def _submit(folder: Path) -> dict[str, Any]:
    return {"version": builders.version_draft(), "actor": person("data_engineer")}


def _effect(folder: Path) -> dict[str, Any]:
    return {
        "version": builders.version_approved(),
        "effective_from": builders.WEEK,
        "actor": person("dpm"),
    }


def _ask(folder: Path) -> dict[str, Any]:
    _, decision = builders.decided(folder)
    lines = [(decision.digest, "AA, certified")]
    return {"act": "scope", "summary": "Certify", "lines": lines, "actor": person("dpm")}


def _answer(folder: Path) -> dict[str, Any]:
    """The last signature of a version: it also approves the version, and is still one act."""
    _, request = builders.version_in_review()
    return {
        "request": request,
        "role": "finance",
        "verdict": "approve",
        "statement": "I saw it.",
        "actor": person("finance"),
    }


def _decide(folder: Path) -> dict[str, Any]:
    run = builders.run_done(folder)
    return {
        "market": Market.objects.get(pk=builders.SHOWN),
        "state": "certified",
        "version": run.version,
        "vintage": vintages_of(run)[builders.SHOWN],
        "through": builders.WEEK,
        "actor": person("dpm"),
    }


def _publish(folder: Path) -> dict[str, Any]:
    run = builders.signed(folder)
    return {
        "version": run.version,
        "vintages": vintages_of(run),
        "through": builders.WEEK,
        "as_of": run.as_of,
        "actor": person("dpm"),
    }


def _shut_off(folder: Path) -> dict[str, Any]:
    builders.two_markets()
    return {"market": builders.SHOWN, "category": "data_quality", "actor": person("dpm")}


def _take(folder: Path) -> dict[str, Any]:
    builders.two_markets()
    path = builders.promises_file(folder)
    return {"path": path, "kind": "promises", "actor": person("data_engineer")}


def _take_again(folder: Path) -> dict[str, Any]:
    call = _take(folder)
    batch_ingest(**call)
    return call


def _take_unknown_column(folder: Path) -> dict[str, Any]:
    builders.two_markets()
    path = builders.csv_file(folder / "p.csv", [*builders.PROMISES, "recipient"], [])
    return {"path": path, "kind": "promises", "actor": person("data_engineer")}


def _queue(folder: Path) -> dict[str, Any]:
    builders.input_taken(folder)
    version = builders.version_effective()
    return {"version": version, "as_of": builders.AS_OF, "actor": person("data_engineer")}


def _queue_again(folder: Path) -> dict[str, Any]:
    call = _queue(folder)
    run_queue(**call)
    return call


def _execute(folder: Path) -> dict[str, Any]:
    return {"run": builders.run_queued(folder), "actor": person("data_engineer")}


def _execute_again(folder: Path) -> dict[str, Any]:
    return {"run": builders.run_done(folder), "actor": person("data_engineer")}


def _execute_without_files(folder: Path) -> dict[str, Any]:
    call = _execute(folder)
    for path in (folder / "lake").rglob("*.parquet"):
        path.unlink()
    return call


SCENARIOS = (
    Scenario(account_create, Action.ACCOUNT_CREATED, _account),
    Scenario(role_grant, Action.ROLE_GRANTED, _grant),
    Scenario(markets_load, Action.MARKETS_LOADED, _markets),
    Scenario(requirement_set, Action.REQUIREMENT_SET, _requirement),
    Scenario(version_propose, Action.VERSION_PROPOSED, _propose),
    Scenario(version_submit, Action.VERSION_SUBMITTED, _submit),
    Scenario(version_put_into_effect, Action.VERSION_EFFECTIVE, _effect),
    Scenario(request_open, Action.SIGNOFF_REQUESTED, _ask),
    Scenario(request_sign, Action.SIGNOFF_GIVEN, _answer),
    Scenario(scope_decide, Action.SCOPE_DECIDED, _decide),
    Scenario(publication_publish, Action.PUBLICATION_PUBLISHED, _publish),
    Scenario(shutoff_activate, Action.SHUTOFF_ACTIVATED, _shut_off),
    Scenario(batch_ingest, Action.BATCH_ACCEPTED, _take),
    Scenario(batch_ingest, Action.BATCH_REFUSED, _take_unknown_column, InvalidInputError),
    Scenario(batch_ingest, None, _take_again),
    Scenario(run_queue, Action.RUN_QUEUED, _queue),
    Scenario(run_queue, None, _queue_again),
    Scenario(run_execute, Action.RUN_DONE, _execute),
    Scenario(run_execute, Action.RUN_FAILED, _execute_without_files, ConflictError),
    Scenario(run_execute, None, _execute_again),
)


def _verbs() -> Iterator[Callable[..., Any]]:
    """Every public function of a services module that takes an actor, and is no question."""
    for app in (governance, metrics):
        for found in pkgutil.walk_packages(app.__path__, f"{app.__name__}."):
            if not found.name.endswith(".services") or found.name == PEN:
                continue
            module = importlib.import_module(found.name)
            for name, function in inspect.getmembers(module, inspect.isfunction):
                signature = inspect.signature(function)
                if (
                    not name.startswith("_")
                    and function.__module__ == found.name
                    and "actor" in signature.parameters
                    and signature.return_annotation != "Answer"
                ):
                    yield function


def test_every_verb_has_a_scenario() -> None:
    assert {verb.__qualname__ for verb in _verbs()} == {item.verb.__qualname__ for item in SCENARIOS}


def test_every_action_is_recorded_by_some_verb() -> None:
    assert {item.action for item in SCENARIOS} - {None} == set(Action)


@pytest.mark.parametrize("verb", list(_verbs()), ids=lambda verb: verb.__name__)
def test_verbs_are_named_and_called_one_way(verb: Callable[..., Any]) -> None:
    parameters = inspect.signature(verb).parameters
    assert re.fullmatch(r"[a-z]+(_[a-z]+)+", verb.__name__)
    assert all(item.kind is inspect.Parameter.KEYWORD_ONLY for item in parameters.values())
    assert parameters["actor"].default is inspect.Parameter.empty
    assert parameters["actor"].annotation == "User"


def _entries_of(call: Callable[[], Any], raises: type[DomainError] | None) -> list[Entry]:
    before = Entry.objects.count()
    if raises is None:
        call()
    else:
        with pytest.raises(raises):
            call()
    return list(Entry.objects.order_by("seq")[before:])


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_a_verb_leaves_exactly_one_entry(db: None, lake: Path, scenario: Scenario) -> None:
    given = scenario.prepare(lake)
    found = _entries_of(lambda: scenario.verb(**given), scenario.raises)
    wanted = [(scenario.action.value, given["actor"].username)] if scenario.action else []
    assert [(entry.action, entry.actor) for entry in found] == wanted


def _strangers() -> list[User]:
    """Somebody who only reads, a closed account of somebody who might, and nobody's machine."""
    closed = person("closed", "dpm", "data_engineer", "finance")
    closed.is_active = False
    closed.save(update_fields=["is_active"])
    return [person("auditor"), person("executive"), closed]


@pytest.mark.parametrize("scenario", [s for s in SCENARIOS if s.action and not s.raises], ids=str)
def test_a_verb_refuses_strangers_and_leaves_no_entry(db: None, lake: Path, scenario: Scenario) -> None:
    given = scenario.prepare(lake)
    for stranger in _strangers():
        call = given | {"actor": stranger}
        assert _entries_of(lambda call=call: scenario.verb(**call), NotAllowedError) == []
