"""Decision frameworks for tests: proposed by the DPM, signed by the departments."""

from __future__ import annotations

from pathlib import Path

from governance.access.policy import DEPARTMENTS
from governance.framework.models import FrameworkPolicy
from governance.framework.selectors import ACT
from governance.framework.services import framework_propose
from governance.signoffs.models import SignoffRequest
from tests import builders
from tests.builders import person

TEXT = (Path(__file__).parents[1] / "governance" / "framework" / "framework-1.yaml").read_text(
    encoding="utf-8"
)


def document(name: str = "framework-1", **limits: str) -> str:
    """The committed framework under a name, with other limits where given."""
    text = TEXT.replace("name: framework-1", f"name: {name}")
    for criterion, limit in limits.items():
        start = text.index(f"  {criterion}: ")
        end = text.index("\n", start)
        text = f'{text[:start]}  {criterion}: {{limit: "{limit}"}}{text[end:]}'
    return text


def proposed(name: str = "framework-1", **limits: str) -> SignoffRequest:
    """The departments are asked to sign it."""
    builders.required(ACT, *DEPARTMENTS)
    return framework_propose(document=document(name, **limits), reason="As agreed.", actor=person("dpm"))


def in_effect(name: str = "framework-1", **limits: str) -> FrameworkPolicy:
    """They have signed it."""
    builders.sign(proposed(name, **limits), *DEPARTMENTS)
    return FrameworkPolicy.objects.get(name=name)
