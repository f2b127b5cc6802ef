"""Reading YAML that people typed: whatever cannot be read is one kind of error."""

from __future__ import annotations

from typing import Any, Final

import yaml

# What the reader of YAML raises: besides its own errors those of Python, for a day that does not exist, a
# number of thousands of digits, or a tag that does not fit what it is on.
_UNREADABLE: Final = (
    yaml.YAMLError, RecursionError, ValueError, ArithmeticError, AttributeError, LookupError, TypeError,
)  # fmt: skip


class UnreadableError(Exception):
    """A text is no YAML; its message says what and where."""


def load(text: str) -> Any:
    """What a YAML text says, of plain types only. Raises UnreadableError."""
    try:
        return yaml.safe_load(text)
    except _UNREADABLE as error:
        raise UnreadableError(str(error)) from None
