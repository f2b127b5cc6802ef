"""The tools that judge: import contracts run here; style and types are run by `make check`, once."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house.conftest import PROJECT

BIN = Path(sys.executable).parent


def test_imports_go_one_way() -> None:
    done = subprocess.run(
        [BIN / "lint-imports", "--no-logo"],
        cwd=PROJECT,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "command",
    ["ruff check .", "ruff format --check .", "djlint --lint", "lint-imports", "/mypy", "-m pytest"],
)
def test_make_check_runs(command: str) -> None:
    planned = subprocess.run(
        ["make", "--dry-run", "--no-print-directory", "check"],
        cwd=PROJECT, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert command in planned.stdout


def test_every_dependency_says_why_it_is_here() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    page = (PROJECT / "docs" / "dependencies.md").read_text("utf-8").lower()
    names = [re.split(r"[\[<>=]", line)[0].lower() for line in wanted]
    assert [name for name in names if not re.search(rf"(?m)^.*(?<![\w-]){name}(?![\w-])", page)] == []
