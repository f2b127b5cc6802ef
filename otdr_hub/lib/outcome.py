"""What a policy answers, and the errors a service raises for people to read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Allowed:
    """The actor may do it."""

    def __bool__(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Refused:
    """The actor may not; `reason` is the sentence shown on the page, in the API and in the command."""

    reason: str

    def __bool__(self) -> bool:
        return False


Answer = Allowed | Refused
ALLOWED: Final = Allowed()


class DomainError(Exception):
    """A request that cannot be done, said in one sentence: what, where, what to do."""

    slug = "refused"


class NotAllowedError(DomainError):
    """The actor has no right to do it."""

    slug = "not-allowed"


class ConflictError(DomainError):
    """Somebody else changed it first, or its state does not admit the step."""

    slug = "conflict"


class InvalidInputError(DomainError):
    """What was given cannot be used as it is."""

    slug = "invalid-input"


class MovedError(ConflictError):
    """What is approved is no longer what was looked at."""

    slug = "moved"


class UnseenError(DomainError):
    """An approval has to name what was looked at."""

    slug = "unseen"


class TooLargeError(DomainError):
    """More was sent than is taken."""

    slug = "too-large"


class WithheldError(DomainError):
    """No number may be given now; the sentence says why and what has to happen."""

    slug = "withheld"


def require(answer: Answer) -> None:
    """Raise NotAllowedError with the policy's own sentence unless the answer allows it."""
    if isinstance(answer, Refused):
        raise NotAllowedError(answer.reason)
