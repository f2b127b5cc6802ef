"""What all commands have in common."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import PROJECT, OwnDatabase

CALLED = """
import sys
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", *sys.argv[1:]])
print("otdr_hub.urls" in sys.modules)
"""


def test_a_command_does_not_wait_for_the_pages(own_database: OwnDatabase) -> None:
    """Loading them takes about half a second, which whoever switches a market off has no use for."""
    done = subprocess.run(
        [sys.executable, "-c", CALLED, "publications", "--json"],
        cwd=PROJECT, env=own_database.environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "False"
