"""Every case of the fault list has tests, and they are there."""

from __future__ import annotations

import ast

from tests.faults import CASES, NAMED
from tests.house.conftest import PROJECT

REQUIRED = {*(f"L{n}" for n in range(1, 19)), *(f"S{n}" for n in range(1, 11)), "K14"}


def test_every_case_has_its_tests() -> None:
    assert set(CASES) >= REQUIRED
    assert [case for case, tests in CASES.items() if not tests] == []


def test_what_is_named_is_there() -> None:
    found = set()
    for name in {test.partition("::")[0] for test in NAMED}:
        tree = ast.parse((PROJECT / name).read_text("utf-8"))
        found |= {f"{name}::{item.name}" for item in tree.body if isinstance(item, ast.FunctionDef)}
    assert sorted(NAMED - found) == []
