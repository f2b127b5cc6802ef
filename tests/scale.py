"""How much a long test tries: little each time the suite runs, everything under `OTDR_EXAMPLES=full`.

What is asserted is the same either way; only the number of tries differs.
"""

from __future__ import annotations

import os
from typing import Final

FULL: Final = os.environ.get("OTDR_EXAMPLES") == "full"


def scaled(few: int, full: int) -> int:
    """So many tries: `few` in the suite, `full` by command."""
    return full if FULL else few
