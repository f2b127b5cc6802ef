"""Questions about signatures: always computed from rows that stand, never stored."""

from __future__ import annotations

import datetime as dt

from governance.signoffs.models import Requirement, Signature


def missing_roles(act: str, digest: str, *, by: dt.datetime | None = None) -> list[str]:
    """Roles whose required signatures do not all stand over the digest; every role if none is required.

    An act without requirements can never be complete: no signatures asked must not mean all given.
    With `by`, only answers given up to that moment count.
    """
    requirements = list(Requirement.objects.filter(act=act).order_by("role"))
    if not requirements:
        return ["(no requirement is set)"]
    answers = Signature.objects.filter(digest=digest)
    if by is not None:
        answers = answers.filter(signed_at__lte=by)
    rejected = answers.filter(verdict=Signature.Verdict.REJECT).exists()
    given = {
        requirement.role: answers.filter(role=requirement.role, verdict=Signature.Verdict.APPROVE).count()
        for requirement in requirements
    }
    return [item.role for item in requirements if rejected or given[item.role] < item.count]


def stands(act: str, digest: str, *, by: dt.datetime | None = None) -> bool:
    """Whether all required signatures stand over the digest, now or as answered up to a moment."""
    return not missing_roles(act, digest, by=by)
