"""Files and functions stay small. A message names the offender, its size and the ceiling."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from tests.house.conftest import CODE, PROJECT, files

FILE, FILE_P90 = 300, 200
FUNCTION, FUNCTION_P90 = 50, 25


def _name(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def _functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{_name(path)}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1


@cache
def _measured() -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Lines of every Python file, and of every function."""
    lengths, functions = {}, {}
    for path in files(".py", *CODE):
        lengths[_name(path)] = _lines(path)
        functions |= dict(_functions(path))
    return lengths, functions


def _lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def _over(sizes: Mapping[str, int], ceiling: int) -> list[str]:
    return [f"{name}: {size} lines, {ceiling} allowed" for name, size in sizes.items() if size > ceiling]


def _assert_p90(sizes: Mapping[str, int], ceiling: int) -> None:
    ours = sorted((size, name) for name, size in sizes.items() if not name.startswith("tests/"))
    size, name = ours[math.ceil(len(ours) * 0.9) - 1]
    assert size <= ceiling, f"nine in ten may have {ceiling} lines; {name} has {size}; largest: {ours[-5:]}"


def test_no_python_file_is_long() -> None:
    lengths, _ = _measured()
    assert len(lengths) > 100
    assert _over(lengths, FILE) == []
    _assert_p90(lengths, FILE_P90)


def test_no_function_is_long() -> None:
    _, functions = _measured()
    assert _over(functions, FUNCTION) == []
    _assert_p90(functions, FUNCTION_P90)


@pytest.mark.parametrize(
    ("suffix", "folder", "ceiling"),
    [(".html", "templates", 150), (".css", "otdr_hub", 120), (".js", "otdr_hub", 80)],
)
def test_no_front_end_file_is_long(suffix: str, folder: str, ceiling: int) -> None:
    assert _over({_name(path): _lines(path) for path in files(suffix, folder)}, ceiling) == []
