"""All checks in the order of the catalogue."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Final

from metrics.anomalies.checks.base import Check


def _all() -> tuple[Check, ...]:
    """One module each, named by its number: a new check is a file here and nothing else."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("c[0-9][0-9]_*.py"))
    checks: list[Check] = [import_module(f"{__package__}.{name}").CHECK for name in names]
    return tuple(sorted(checks, key=lambda check: check.number))


CHECKS: Final[tuple[Check, ...]] = _all()
BY_KIND: Final = {check.kind: check for check in CHECKS}
