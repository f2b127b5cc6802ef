"""A row of the table of routes, and who is meant by its short names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from governance.access.policy import ROLES

ANONYMOUS = "anonymous"
READERS = (ANONYMOUS, *ROLES)


@dataclass(frozen=True)
class Row:
    """A request, and the status for anonymous, for the ten roles, and for those who differ."""

    method: str
    route: str
    anonymous: int
    roles: int
    code: str = ""
    but: Mapping[str, int] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return re.sub(r"<\w+:\w+>", self.code, self.route)

    @property
    def kwargs(self) -> dict[str, str]:
        """What the route calls the code."""
        return dict.fromkeys(re.findall(r"<\w+:(\w+)>", self.route), self.code)

    def expected(self) -> dict[str, int]:
        return {ANONYMOUS: self.anonymous} | dict.fromkeys(ROLES, self.roles) | dict(self.but)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


OPERATORS = ("data_engineer", "dpm", "auditor")
NO_NUMBER, NO_ID = "999999999", "00000000-0000-4000-8000-000000000000"
SIGNERS = ("finance", "legal", "logistics", "dpm", "auditor")
PROPOSERS = ("data_engineer", "dpm")
SEE_LEDGER = ("admin", "auditor", "data_engineer", "data_owner", "dpm", "finance", "legal", "logistics")
VERIFIERS = ("admin", "auditor", "finance", "legal")
SEE_PEOPLE = ("admin", "dpm", "auditor", "legal")
STOPPERS = ("admin", "dpm", "finance", "legal", "logistics")
FIGURES = ("dpm", "finance", "legal", "logistics", "auditor", "data_engineer")
TABLE_ROLES = ("dpm", "finance", "legal", "logistics", "bizops", "data_engineer", "data_owner")
SEE_CASES = (
    "dpm", "finance", "legal", "logistics", "bizops", "data_owner", "data_engineer", "auditor",
)  # fmt: skip
WORK_CASES = ("dpm", "finance", "legal", "logistics", "data_owner", "data_engineer")
OPEN_CASES = (*WORK_CASES, "bizops")
LIFT_ASKERS = (*STOPPERS, "data_owner")
