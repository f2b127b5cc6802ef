"""Requirements, requests and signatures as the ledger states them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from governance.ledger.services import Facts
from governance.signoffs.models import Requirement, RequirementChange, Signature, SignoffRequest, Withdrawal


def of_requirements(requirements: Iterable[Requirement]) -> Facts:
    """What the ledger says of these requirements."""
    return {
        "requirements": {
            f"{item.act} {item.role} {item.scope} #{item.pk}": {
                "act": item.act, "scope": item.scope, "role": item.role, "count": item.count,
                "change": item.change_id or "",
            }
            for item in requirements
        }
    }  # fmt: skip


def of_changes(changes: Iterable[RequirementChange]) -> Facts:
    """What the ledger says of these proposed changes of requirements."""
    return {
        "changes": {
            item.digest: {
                "act": item.act, "scope": item.scope, "role": item.role, "count": item.count,
                "reason": item.reason, "by": item.proposed_by.username, "at": item.proposed_at,
            }
            for item in changes
        }
    }  # fmt: skip


def of_requests(requests: Iterable[SignoffRequest]) -> Facts:
    """What the ledger says of these requests and their lines."""
    return {
        "requests": {
            str(item.pk): {
                "act": item.act, "summary": item.summary, "by": item.opened_by.username,
                "at": item.opened_at, "answer_by": item.answer_by,
                "escalated": {one.role: one.at for one in item.escalations.all()},
                "lines": {line.digest: line.subject for line in item.lines.all()},
            }
            for item in requests
        }
    }  # fmt: skip


def of_signatures(signatures: Iterable[Signature]) -> Facts:
    """What the ledger says of these signatures: by digest, then by person and how often they answered."""
    found: dict[str, dict[str, Any]] = {}
    for item in signatures:
        withdrawal = Withdrawal.objects.filter(signature=item).first()
        found.setdefault(item.digest, {})[f"{item.person.username} #{item.round}"] = {
            "request": item.line.request_id, "person": item.person.username, "role": item.role,
            "verdict": item.verdict, "reason": item.reason, "statement": item.statement,
            "at": item.signed_at, "authenticated_at": item.authenticated_at,
            "withdrawn": [withdrawal.withdrawn_at, withdrawal.reason] if withdrawal else None,
            **({"deputyship": str(item.deputyship_id)} if item.deputyship_id else {}),
        }  # fmt: skip
    return {"signatures": found}


def stored() -> Facts:
    """The same of all there are."""
    requests = SignoffRequest.objects.select_related("opened_by").prefetch_related("lines", "escalations")
    signatures = Signature.objects.select_related("person", "line")
    return {
        **of_requirements(Requirement.objects.all()),
        **of_changes(RequirementChange.objects.select_related("proposed_by")),
        **of_requests(requests),
        **of_signatures(signatures),
    }
