"""The calls of every service verb: what comes before it, and the ledger entry it leaves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings

from governance.access.services import system
from governance.audit.services import restore_accept
from governance.ledger.actions import Action
from governance.majeure.services import majeure_declare, majeure_withdraw
from governance.markets.models import Market
from governance.markets.services import markets_load
from governance.publication.services import publication_publish
from governance.requirements.services import requirement_propose, requirement_set
from governance.rules.services import rule_set, target_set
from governance.scope.services import scope_decide
from governance.signoffs.services import (
    LineAnswer,
    request_escalate,
    request_open,
    request_sign,
    signature_withdraw,
)
from governance.versions.services import version_propose, version_put_into_effect, version_submit
from metrics.audit.services import publication_rederive
from metrics.events.services import batch_ingest
from metrics.otdr.engine import engine_digest
from metrics.periods.services import period_lock
from metrics.recompute.selectors import vintages_of
from metrics.recompute.services import run_execute, run_queue
from metrics.uploads.services import Sending, upload_receive
from otdr_hub.lib import clock, weeks
from otdr_hub.lib.outcome import ConflictError, DomainError, InvalidInputError
from tests import builders
from tests.builders import person
from tests.house.access_calls import CALLS as ACCESS
from tests.house.case_calls import CALLS as CASES
from tests.house.framework_calls import CALLS as FRAMEWORK
from tests.house.killswitch_calls import CALLS as KILLSWITCH
from tests.house.launch_calls import CALLS as LAUNCH
from tests.house.publication_calls import CALLS as PUBLICATIONS
from tests.house.version_calls import CALLS as VERSIONS


@dataclass(frozen=True)
class Scenario:
    """A call: what comes before it, and the action it records (None: nothing happens, nothing is said)."""

    verb: Callable[..., Any]
    action: Action | None
    prepare: Callable[[Path], dict[str, Any]]
    raises: type[DomainError] | None = None

    def __str__(self) -> str:
        return f"{self.verb.__name__}-{self.action.value if self.action else 'nothing'}"


def _markets(folder: Path) -> dict[str, Any]:
    return {"rows": builders.MARKETS, "actor": system()}


def _requirement(folder: Path) -> dict[str, Any]:
    person("legal")
    return {"act": "scope", "role": "legal", "count": 1, "actor": person("admin")}


def _propose(folder: Path) -> dict[str, Any]:
    return {
        "definition": builders.DEFINITION,
        "engine_digest": engine_digest(),
        "actor": person("data_engineer"),
    }


def _submit(folder: Path) -> dict[str, Any]:
    return {"version": builders.version_draft(), "actor": person("data_engineer")}


def _effect(folder: Path) -> dict[str, Any]:
    return {
        "version": builders.version_approved(),
        "effective_from": builders.WEEK,
        "actor": person("dpm"),
    }


def _ask(folder: Path) -> dict[str, Any]:
    _, decision = builders.decided(folder)
    lines = [(decision.digest, "AA, certified")]
    return {"act": "scope", "summary": "Certify", "lines": lines, "actor": person("dpm")}


def _answer(folder: Path) -> dict[str, Any]:
    """The last signature of a version: it also approves the version, and is still one act."""
    _, request = builders.version_in_review()
    return {
        "request": request,
        "role": "finance",
        "answers": {line.digest: LineAnswer("approve") for line in request.lines.all()},
        "statement": "I saw it.",
        "authenticated_at": clock.now(),
        "actor": person("finance"),
    }


def _rule(folder: Path) -> dict[str, Any]:
    return {"max_points": Decimal(3), "weeks": 8, "reason": "as agreed", "actor": person("dpm")}


def _target(folder: Path) -> dict[str, Any]:
    monday = weeks.monday_of(clock.now().date())
    return {"percent": Decimal(94), "holds_from": monday, "reason": "as agreed", "actor": person("dpm")}


def _change(folder: Path) -> dict[str, Any]:
    builders.required("scope", "finance", "legal")
    person("finance-2", "finance")
    return {
        "act": "scope", "role": "finance", "count": 2, "reason": "The auditors ask for it.",
        "actor": person("admin"),
    }  # fmt: skip


def _withdraw(folder: Path) -> dict[str, Any]:
    call = _answer(folder)
    request_sign(**call)
    return {"request": call["request"], "reason": "I misread it.", "actor": call["actor"]}


def _escalate(folder: Path) -> dict[str, Any]:
    builders.required("scope", "finance")
    request = request_open(
        act="scope", summary="Certify", lines=[("a" * 64, "AA")], actor=person("dpm"),
        answer_by=clock.now() - dt.timedelta(hours=1),
    )  # fmt: skip
    return {"request": request, "role": "finance", "actor": person("dpm")}


def _decide(folder: Path) -> dict[str, Any]:
    run = builders.run_done(folder)
    return {
        "market": Market.objects.get(pk=builders.SHOWN),
        "state": "certified",
        "version": run.version,
        "vintage": vintages_of(run)[builders.SHOWN],
        "through": builders.WEEK,
        "effect": builders.effect_of(run),
        "actor": person("dpm"),
    }


def _restored(folder: Path) -> dict[str, Any]:
    settings.CHECKPOINT_DIR.mkdir(parents=True)
    (settings.CHECKPOINT_DIR / "checkpoints.jsonl").write_text(f'{{"seq":999,"hash":"{"f" * 64}"}}\n')
    return {"reason": "The disk is gone.", "actor": person("admin")}


def _publish(folder: Path) -> dict[str, Any]:
    run = builders.signed(folder)
    return {
        "version": run.version,
        "vintages": vintages_of(run),
        "through": builders.WEEK,
        "as_of": run.as_of,
        "actor": person("dpm"),
    }


def _force_majeure(folder: Path) -> dict[str, Any]:
    builders.two_markets()
    return builders.FLOOD | {"actor": person("logistics")}


def _take_back(folder: Path) -> dict[str, Any]:
    return {"majeure": builders.majeure_declared(), "reason": "other days", "actor": person("legal")}


def _take(folder: Path) -> dict[str, Any]:
    builders.two_markets()
    path = builders.promises_file(folder)
    return {"path": path, "kind": "promises", "actor": person("data_engineer")}


def _send(folder: Path) -> dict[str, Any]:
    """Bytes are kept; what becomes of them is on record once they are read."""
    sending = Sending("promises", "p.csv")
    return {"pieces": [b"nothing yet"], "sending": sending, "actor": person("data_engineer")}


def _take_again(folder: Path) -> dict[str, Any]:
    call = _take(folder)
    batch_ingest(**call)
    return call


def _take_unknown_column(folder: Path) -> dict[str, Any]:
    builders.two_markets()
    path = builders.csv_file(folder / "p.csv", [*builders.PROMISES, "recipient"], [])
    return {"path": path, "kind": "promises", "actor": person("data_engineer")}


def _queue(folder: Path) -> dict[str, Any]:
    builders.input_taken(folder)
    version = builders.version_effective()
    return {"version": version, "as_of": builders.AS_OF, "actor": person("data_engineer")}


def _queue_again(folder: Path) -> dict[str, Any]:
    call = _queue(folder)
    run_queue(**call)
    return call


def _execute(folder: Path) -> dict[str, Any]:
    return {"run": builders.run_queued(folder), "actor": person("data_engineer")}


def _execute_again(folder: Path) -> dict[str, Any]:
    return {"run": builders.run_done(folder), "actor": person("data_engineer")}


def _execute_without_files(folder: Path) -> dict[str, Any]:
    call = _execute(folder)
    for path in (folder / "lake").rglob("*.parquet"):
        path.unlink()
    return call


def _lock(folder: Path) -> dict[str, Any]:
    run = builders.run_closed(folder)
    return {
        "markets": [builders.SHOWN], "monday": builders.WEEK, "version": run.version,
        "actor": person("finance"),
    }  # fmt: skip


def _rederive(folder: Path) -> dict[str, Any]:
    return {"publication": builders.published(folder), "markets": [], "actor": person("data_engineer")}


def _rederive_changed(folder: Path) -> dict[str, Any]:
    call = _rederive(folder)
    path = next((folder / "lake" / "events").rglob("*.parquet"))
    path.write_bytes(b"x" * path.stat().st_size)
    return call


SCENARIOS = (
    *(
        Scenario(*call)
        for call in (*ACCESS, *CASES, *FRAMEWORK, *KILLSWITCH, *LAUNCH, *PUBLICATIONS, *VERSIONS)
    ),
    Scenario(markets_load, Action.MARKETS_LOADED, _markets),
    Scenario(requirement_set, Action.REQUIREMENT_SET, _requirement),
    Scenario(version_propose, Action.VERSION_PROPOSED, _propose),
    Scenario(version_submit, Action.VERSION_SUBMITTED, _submit),
    Scenario(version_put_into_effect, Action.VERSION_EFFECTIVE, _effect),
    Scenario(request_open, Action.SIGNOFF_REQUESTED, _ask),
    Scenario(request_sign, Action.SIGNOFF_GIVEN, _answer),
    Scenario(signature_withdraw, Action.SIGNOFF_WITHDRAWN, _withdraw),
    Scenario(request_escalate, Action.SIGNOFF_ESCALATED, _escalate),
    Scenario(requirement_propose, Action.REQUIREMENT_PROPOSED, _change),
    Scenario(rule_set, Action.RULE_SET, _rule),
    Scenario(target_set, Action.TARGET_SET, _target),
    Scenario(scope_decide, Action.SCOPE_DECIDED, _decide),
    Scenario(publication_publish, Action.PUBLICATION_PUBLISHED, _publish),
    Scenario(restore_accept, Action.RESTORE_ACCEPTED, _restored),
    Scenario(majeure_declare, Action.MAJEURE_DECLARED, _force_majeure),
    Scenario(majeure_withdraw, Action.MAJEURE_WITHDRAWN, _take_back),
    Scenario(batch_ingest, Action.BATCH_ACCEPTED, _take),
    Scenario(batch_ingest, Action.BATCH_REFUSED, _take_unknown_column, InvalidInputError),
    Scenario(batch_ingest, None, _take_again),
    Scenario(upload_receive, None, _send),
    Scenario(run_queue, Action.RUN_QUEUED, _queue),
    Scenario(run_queue, None, _queue_again),
    Scenario(period_lock, Action.PERIOD_LOCKED, _lock),
    Scenario(publication_rederive, Action.PUBLICATION_REDERIVED, _rederive),
    Scenario(publication_rederive, Action.PUBLICATION_DIFFERS, _rederive_changed),
    Scenario(run_execute, Action.RUN_DONE, _execute),
    Scenario(run_execute, Action.RUN_FAILED, _execute_without_files, ConflictError),
    Scenario(run_execute, None, _execute_again),
)
