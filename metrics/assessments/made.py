"""An assessment that was made and filed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from governance.cases.services import Frozen


@dataclass(frozen=True, slots=True)
class Assessed:
    """A filed assessment: its name, what it says, and the run whose data it looked at (or none)."""

    digest: str
    document: dict[str, Any]
    first_week: dt.date
    last_week: dt.date
    as_of: dt.datetime
    run: str

    @property
    def frozen(self) -> Frozen:
        """As evidence names it."""
        return Frozen(
            self.digest, self.document["input"]["pin"], self.document["schema"], self.as_of, self.run
        )
