"""The calls of the verbs about the framework, previews and requests: verb, action, what comes before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from governance.decisions.services import preview_look
from governance.framework.services import framework_propose
from governance.ledger.actions import Action
from governance.requests.services import Answer, request_answer, request_assess, request_make
from tests import builders, frameworks, launches
from tests.builders import person
from tests.requests import TABLE, assessed, made


def _propose(folder: Path) -> dict[str, Any]:
    builders.required("framework", "finance")
    return {"document": frameworks.TEXT, "reason": "As agreed.", "actor": person("dpm")}


def _look(folder: Path) -> dict[str, Any]:
    return {"launch": launches.seated(), "kind": "block", "seen": "a" * 64, "actor": person("legal")}


def _ask(folder: Path) -> dict[str, Any]:
    builders.two_markets()
    words = {"title": "By carrier", "asks": "OTDR by carrier.", "purpose": "The carrier reviews."}
    return {**words, "markets": [builders.SHOWN], "actor": person("bizops")}


def _assess(folder: Path) -> dict[str, Any]:
    return {"request": made(), "table": TABLE, "sentences": [("AA", "It can be."), ("", "Everybody reads it.")],
            "actor": person("dpm")}  # fmt: skip


def _answer(folder: Path) -> dict[str, Any]:
    request = assessed()
    return {
        "request": request, "answers": {"AA": Answer("yes", "It is signed.")},
        "impact": request.impacts.get().pk, "actor": person("dpm"),
    }  # fmt: skip


CALLS = (
    (framework_propose, Action.FRAMEWORK_PROPOSED, _propose),
    (preview_look, Action.PREVIEW_LOOKED, _look),
    (request_make, Action.REQUEST_MADE, _ask),
    (request_assess, Action.REQUEST_ASSESSED, _assess),
    (request_answer, Action.REQUEST_ANSWERED, _answer),
)
