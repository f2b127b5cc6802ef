"""The disclosure of a change in three sentences, as the SEC's guidance on metrics (33-10751) asks for it:
how the new definition differs, why it changes, and what the change does to the amounts.

Difference and reason come from the two versions; the effect is counted where the counts are. They are kept
under a fingerprint and signed, so they are the source's words in every language.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.dateformat import format as date_text
from django.utils.translation import override

from governance.definition import diff
from governance.versions.models import MetricVersion
from governance.versions.selectors import definition_of
from otdr_hub.lib import digest


@dataclass(frozen=True, slots=True)
class Draft:
    """The three sentences, and the version they compare with (None for the first)."""

    against: MetricVersion | None
    difference: str
    reason: str
    effect: str

    def digest_for(self, version: MetricVersion) -> str:
        """The fingerprint under which the approvers are shown it."""
        return digest.of(
            {
                "version": version.digest, "against": self.against.digest if self.against else "",
                "difference": self.difference, "reason": self.reason, "effect": self.effect,
            }
        )  # fmt: skip


def changes(before: MetricVersion, after: MetricVersion) -> list[str]:
    """What changes from one version to another, a sentence each; the name alone is no change."""
    found = diff(definition_of(before), definition_of(after))
    said = [sentence for sentence in found if not sentence.startswith("The name ")]
    if before.engine_digest != after.engine_digest:
        said.append("The program that counts was changed as well.")
    return said


def draft(version: MetricVersion, before: MetricVersion | None, effect: str = "") -> Draft:
    """The disclosure of putting `version` in the place of `before`."""
    if before is None:
        return Draft(
            None,
            f"{version.name} is the first definition; there is none before it to differ from.",
            version.reason or "On-Time Delivery Rate is reported for the first time.",
            effect or "There are no earlier amounts to compare with.",
        )
    said = changes(before, version)
    with override(None):
        day = date_text(before.effective_from, "j M Y") if before.effective_from else ""
    since = f", in effect since {day}" if day else ""
    told = " ".join(said) or "Both say the same."
    return Draft(before, f"Compared with {before.name}{since}: {told}", version.reason, effect)
