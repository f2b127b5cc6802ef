"""What every planted defect is: a change to generated columns, made before anything is written."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from metrics.simulate.tables import Block


class Defect(Protocol):
    """A frozen dataclass whose fields say where, when and how strong.

    A new kind is one module here with one such class, listed in `KINDS`.
    """

    @property
    def kind(self) -> str:
        """The name used in `KINDS` and in truth.json."""

    def apply(self, block: Block, rng: np.random.Generator) -> Block:
        """The block with the defect in it; the same block when it is about another market or other days."""

    def truth(self) -> dict[str, object]:
        """What was planted and where, as JSON values."""
