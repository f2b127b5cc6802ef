"""Each thing has one door: numbers, policies, templates."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from governance.access.policy import _MAY, _SYSTEM_MAY, ROLES
from tests.house.conftest import CODE, PROJECT, files

PRODUCT = tuple(name for name in CODE if name != "tests")
# Every number on the hub comes through the first, every count of the compute zone through the second, and
# what triage said of them through the third.
NUMBERS = {
    "otdr_hub/hub/guarded.py",
    "metrics/recompute/storage.py",
    "metrics/assessments/storage.py",
}
# Who reaches for a connection by its alias: the helper that takes on a role, and the owner's grants.
# Two take roles on; the third keeps pools of its own for the kill switch, of the same logins.
CONNECTIONS = {"otdr_hub/lib/roles.py", "otdr_hub/grants.py", "otdr_hub/hub/switch/reserve.py"}
INLINE = re.compile(
    r"\s(style|on[a-z]+|hx-on[:\w-]*)\s*=|\bjs:|javascript:|<style|<script(?![^>]*\ssrc=)", re.IGNORECASE
)


def _nodes() -> Iterator[tuple[str, ast.AST]]:
    for path in files(".py", *PRODUCT):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            yield str(path.relative_to(PROJECT)), node


def _called(node: ast.AST) -> str:
    """The last name of what is called, or nothing."""
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def _names_a_role(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value in ("hub", "ops")


def test_every_number_comes_through_one_of_these_doors() -> None:
    assert {path for path, node in _nodes() if _called(node) == "acting_as"} == NUMBERS


def test_nobody_reaches_a_reading_role_by_alias() -> None:
    found = []
    for path, node in _nodes():
        by_index = isinstance(node, ast.Subscript) and getattr(node.value, "id", "") == "connections"
        by_keyword = isinstance(node, ast.keyword) and node.arg == "using" and _names_a_role(node.value)
        by_call = _called(node) in ("using", "db_manager") and any(map(_names_a_role, node.args))
        if (by_index and path not in CONNECTIONS) or by_keyword or by_call:
            found.append(f"{path}:{getattr(node, 'lineno', getattr(node, 'value', node).lineno)}")
    assert found == []


def test_every_verb_of_the_policy_is_asked_for_and_every_question_has_an_answer() -> None:
    asked = {
        node.args[1].value for _, node in _nodes()
        if _called(node) == "may" and len(node.args) == 2 and isinstance(node.args[1], ast.Constant)
    }  # fmt: skip
    assert asked == set(_MAY)
    assert set(_MAY) >= _SYSTEM_MAY
    assert set(ROLES) >= frozenset().union(*_MAY.values())


def test_templates_hold_no_inline_style_and_no_inline_script() -> None:
    paths = list(files(".html", "templates"))
    assert len(paths) > 10
    found = {
        str(path.relative_to(PROJECT)): match.group().strip()
        for path in paths
        if (match := INLINE.search(path.read_text("utf-8")))
    }
    assert found == {}


def test_the_inline_rule_finds_what_it_is_for() -> None:
    for text in ('p style="x"', 'a onclick="x"', 'a hx-on:click="x"', "script", "style", 'a x="js:y"'):
        assert INLINE.search(f"<{text}>"), text
    assert not INLINE.search('<script src="x" defer></script><a data-on="x" class="style">one = two</a>')
