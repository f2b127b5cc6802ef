"""What follows from a finished run. Rooms above register here what they note of it.

Each is called in the transaction that ends the run, with the run and its vintages by market, and returns
what the ledger's entry keeps of it under its name; nothing is kept of an empty answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from metrics.recompute.models import Run

Consequence = Callable[[Run, dict[str, str]], list[dict[str, Any]]]

_consequences: Final[dict[str, Consequence]] = {}


def register(name: str, consequence: Consequence) -> None:
    """Add a consequence under a name; the same name replaces itself (app loading may run twice)."""
    _consequences[name] = consequence


def noted(run: Run, vintages: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    """Let every consequence happen; what each had to say, by name."""
    said = {name: consequence(run, vintages) for name, consequence in _consequences.items()}
    return {name: answer for name, answer in said.items() if answer}
