"""Verdicts, decisions and checks as the ledger states them."""

from __future__ import annotations

import json
from collections.abc import Iterable

from governance.decisions.models import LaunchCheck, LaunchDecision, PreviewLook, Verdict
from governance.ledger.services import Facts
from otdr_hub.lib import digest


def of_verdicts(verdicts: Iterable[Verdict]) -> Facts:
    """What the ledger says of these verdicts."""
    return {
        "verdicts": {
            f"{item.launch.name} {item.seat} #{item.pk}": {
                "seat": item.seat, "person": item.person.username, "verdict": str(item.verdict),
                "reason": item.reason, "conditions": json.loads(item.conditions),
                "appeals": item.appeals, "at": item.given_at,
            }
            for item in verdicts
        }
    }  # fmt: skip


def of_decisions(decisions: Iterable[LaunchDecision]) -> Facts:
    """What the ledger says of these decisions."""
    return {
        "launch_decisions": {
            str(item): {
                "launch": item.launch.name, "kind": str(item.kind), "reason": item.reason,
                "digest": item.digest, "content": digest.of_bytes(item.content.encode()),
                "supersedes": item.supersedes_id, "by": item.decided_by.username, "at": item.decided_at,
            }
            for item in decisions
        }
    }  # fmt: skip


def of_checks(checks: Iterable[LaunchCheck]) -> Facts:
    """What the ledger says of these checks."""
    return {
        "launch_checks": {
            f"{item.decision} #{item.pk}": {
                "gates": digest.of_bytes(item.gates.encode()), "held": json.loads(item.held),
                "by": item.checked_by.username, "at": item.checked_at,
            }
            for item in checks
        }
    }  # fmt: skip


def of_looks(looks: Iterable[PreviewLook]) -> Facts:
    """What the ledger says of these looks at a preview."""
    return {
        "preview_looks": {
            f"{item.launch.name} #{item.pk}": {
                "kind": str(item.kind), "seen": item.seen, "by": item.person.username, "at": item.at,
            }
            for item in looks
        }
    }  # fmt: skip


def stored() -> Facts:
    """The same of all there are."""
    return {
        **of_verdicts(Verdict.objects.select_related("launch", "person")),
        **of_decisions(LaunchDecision.objects.select_related("launch", "decided_by")),
        **of_checks(LaunchCheck.objects.select_related("decision", "checked_by")),
        **of_looks(PreviewLook.objects.select_related("launch", "person")),
    }
