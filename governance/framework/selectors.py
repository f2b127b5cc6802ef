"""Which framework is in effect."""

from __future__ import annotations

from typing import Final

from governance.framework.models import FrameworkPolicy
from governance.signoffs.selectors import answers, stands

ACT: Final = "framework"


def newest() -> FrameworkPolicy | None:
    """The framework that was proposed last, signed or not."""
    return FrameworkPolicy.objects.select_related("proposed_by").order_by("pk").last()


def in_effect() -> FrameworkPolicy | None:
    """The newest framework that has all its signatures; None before the first has."""
    found = FrameworkPolicy.objects.select_related("proposed_by").order_by("-pk")
    return next((item for item in found if stands(ACT, item.digest)), None)


def signers(item: FrameworkPolicy) -> tuple[str, ...]:
    """Who has approved it, by name."""
    given = answers([item.digest]).filter(verdict__in=("approve", "except")).select_related("person")
    return tuple(sorted({one.person.username for one in given}))
