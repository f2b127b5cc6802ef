"""Questions about signatures: always computed from rows that stand, never stored."""

from __future__ import annotations

from governance.signoffs.models import Requirement, Signature


def missing_roles(act: str, digest: str) -> list[str]:
    """Roles whose required signatures do not all stand over the digest; every role if none is required.

    An act without requirements can never be complete: no signatures asked must not mean all given.
    """
    requirements = list(Requirement.objects.filter(act=act).order_by("role"))
    if not requirements:
        return ["(no requirement is set)"]
    rejected = Signature.objects.filter(digest=digest, verdict=Signature.Verdict.REJECT).exists()
    given = {
        requirement.role: Signature.objects.filter(
            digest=digest, role=requirement.role, verdict=Signature.Verdict.APPROVE
        ).count()
        for requirement in requirements
    }
    return [item.role for item in requirements if rejected or given[item.role] < item.count]


def stands(act: str, digest: str) -> bool:
    """Whether all required signatures stand over the digest."""
    return not missing_roles(act, digest)
