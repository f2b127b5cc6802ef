"""What is typed on the pages of versions; fields are read here, judged by the services."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.core.files.base import File
from django.utils.translation import gettext as _

from metrics.versions.proposals import LONGEST
from otdr_hub.lib.outcome import InvalidInputError


@dataclass(frozen=True, slots=True)
class Proposal:
    """The form that proposes a definition, as somebody filled it in."""

    document: str = ""
    reason: str = ""
    problem: str = ""

    def with_problem(self, problem: str) -> Proposal:
        """The same, with the sentence why it was refused."""
        return replace(self, problem=problem)


def proposal(given: Mapping[str, str], file: File[bytes] | None) -> Proposal:
    """What was typed; a file, if one was chosen, stands in for the text. Raises InvalidInputError."""
    document = given.get("document", "")
    if file:
        content = file.read(4 * LONGEST + 1)
        if len(content) > 4 * LONGEST:
            raise InvalidInputError(
                _("%(file)s is larger than any definition; choose the YAML file.") % {"file": file.name}
            )
        try:
            document = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise InvalidInputError(
                _("%(file)s cannot be read as UTF-8. Save it as UTF-8.") % {"file": file.name}
            ) from None
    return Proposal(document.replace("\r\n", "\n"), given.get("reason", "").strip())


def day(given: Mapping[str, str]) -> dt.date:
    """The day of a form. Raises InvalidInputError naming how it is written."""
    text = given.get("day", "")
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InvalidInputError(
            _("“%(text)s” is no day; write it like 2026-12-01.") % {"text": text[:20]}
        ) from None
