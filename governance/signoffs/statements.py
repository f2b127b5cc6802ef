"""What a signature says, in words: one text per department and act, each under a name of its own.

A signature stores the words with their name, so what somebody attested to stays readable whatever is
written here later. A text that changes gets the next number; the database keeps the old one in its rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from django.utils.translation import gettext as _

from otdr_hub.lib.outcome import ConflictError


@dataclass(frozen=True, slots=True)
class Statement:
    """The sentences a signer attests to, and the name of this wording."""

    name: str
    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        """As it is stored with a signature."""
        return f"{' '.join(self.sentences)} [{self.name}]"


_OWN: Final = "I did not propose or compute this, and nobody who did asked me to sign for them."
_SAID: Final = MappingProxyType(
    {
        "finance": (
            "finance-2",
            "I reviewed the definition, the counts behind each number and how far they may still move.",
        ),
        "legal": ("legal-2", "I reviewed the lineage of each number and who may see it."),
        "logistics": (
            "logistics-2",
            "I reviewed each market's deliveries against what our operations saw.",
        ),
    }
)
# An act that is not about numbers says what it is about.
_OF_ACT: Final = MappingProxyType(
    {
        "version": ("version-1", "I reviewed what the definition counts and what it changes."),
        "requirement": ("requirement-1", "I reviewed whose signatures would be needed from then on."),
        "shutoff_lift": (
            "shutoff_lift-1",
            "I reviewed the evidence that what was switched off is right, and what would be shown again.",
        ),
        "majeure": ("majeure-1", "I reviewed the event, its evidence and the shipments it names."),
    }
)


def statement_for(act: str, role: str) -> Statement:
    """What a department attests to when it signs for an act."""
    name, said = _OF_ACT.get(act) or _SAID[role]
    return Statement(f"{role}/{name}" if act in _OF_ACT else name, (said, _OWN))


def attested(act: str, role: str, name: str) -> str:
    """The text to store for a signer who attested to the statement of that name.

    Raises ConflictError when that is not the wording of today: then it has not been read.
    """
    found = statement_for(act, role)
    if name != found.name:
        raise ConflictError(
            _("The statement to attest to is now %(found)s; read it, then sign.") % {"found": found.name}
        )
    return found.text
