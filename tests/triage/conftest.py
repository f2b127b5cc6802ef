"""Worlds that several tests look at: made once, as they take a second or two each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from metrics.anomalies.world import World
from metrics.rehearsal.plans import Plan
from metrics.rehearsal.worlds import world_at

QUIET = Plan("DE", seed=11, orders=900)


@pytest.fixture(scope="session")
def quiet_world() -> Iterator[World]:
    with world_at(QUIET) as world:
        yield world


@pytest.fixture(scope="session")
def starved_world() -> Iterator[World]:
    """A market with three orders a day: nothing can be told from it."""
    with world_at(Plan("DE", seed=11, orders=3)) as world:
        yield world
