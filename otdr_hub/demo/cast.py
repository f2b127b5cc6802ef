"""The demonstration's cast: one account per role, two where four eyes need a second pair."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

PASSWORD: Final = "otdr-demo"  # noqa: S105 (published on purpose; opens only where settings allow it)

CAST: Final = MappingProxyType(
    {
        "exec": "executive",
        "dpm": "dpm",
        "finance": "finance",
        "finance-2": "finance",
        "legal": "legal",
        "legal-2": "legal",
        "logistics": "logistics",
        "logistics-2": "logistics",
        "bizops": "bizops",
        "admin": "admin",
        "data-owner": "data_owner",
        "data-engineer": "data_engineer",
        "auditor": "auditor",
    }
)
