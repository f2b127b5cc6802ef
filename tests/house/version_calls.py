"""The calls of the verbs that end a version's review or its life, and the entries they leave."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from governance.ledger.actions import Action
from governance.versions.services import version_retire, version_return
from otdr_hub.lib import clock
from tests import builders
from tests.builders import person


def _return(folder: Path) -> dict[str, Any]:
    version, _ = builders.version_in_review()
    return {"version": version, "reason": "A typing error.", "actor": person("data_engineer")}


def _retire(folder: Path) -> dict[str, Any]:
    return {
        "version": builders.version_effective(), "retired_from": clock.now().date(), "reason": "Wrong attempts.",
        "actor": person("dpm"),
    }  # fmt: skip


CALLS = (
    (version_return, Action.VERSION_RETURNED, _return),
    (version_retire, Action.VERSION_RETIRED, _retire),
)
