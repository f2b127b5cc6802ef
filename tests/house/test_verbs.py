"""Each service verb leaves exactly one ledger entry, refuses strangers, and is listed here."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import governance
import metrics
from governance.access.models import User
from governance.ledger.actions import Action
from governance.ledger.models import Entry
from otdr_hub.lib.outcome import DomainError, NotAllowedError
from tests.builders import person
from tests.house.scenarios import SCENARIOS, Scenario

# The pen itself: every verb holds it, so it is no verb.
PEN = "governance.ledger.services"


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


def _strangers() -> list[User]:
    """Somebody who only reads, a closed account of somebody who might, and nobody's machine."""
    closed = person("closed", "dpm", "data_engineer", "finance")
    closed.is_active = False
    closed.save(update_fields=["is_active"])
    return [person("auditor"), person("executive"), closed]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_a_verb_refuses_strangers_and_leaves_exactly_one_entry(
    db: None, lake: Path, scenario: Scenario
) -> None:
    """Strangers first, on the very call that then is done: what they try leaves no entry and changes nothing."""
    given = scenario.prepare(lake)
    for stranger in _strangers() if scenario.action and not scenario.raises else []:
        call = given | {"actor": stranger}
        assert _entries_of(lambda call=call: scenario.verb(**call), NotAllowedError) == []
    found = _entries_of(lambda: scenario.verb(**given), scenario.raises)
    wanted = [(scenario.action.value, given["actor"].username)] if scenario.action else []
    assert [(entry.action, entry.actor) for entry in found] == wanted
