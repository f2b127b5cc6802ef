"""A definition as somebody wrote it, made into a draft version for the engine that runs here."""

from __future__ import annotations

from typing import Final

import yaml
from django.utils.translation import gettext as _

from governance.access.models import User
from governance.definition import Definition, DefinitionError, parse
from governance.models import MetricVersion
from governance.versions.services import version_propose
from metrics.otdr.engine import engine_digest
from otdr_hub.lib.outcome import InvalidInputError

LONGEST: Final = 100_000  # characters of a document


def _has_alias(text: str) -> bool:
    """Whether a value is referred to: a few lines of that can stand for more than any machine holds."""
    try:
        return any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text))
    except (yaml.YAMLError, RecursionError):
        # What cannot be read at all is named where it is read.
        return False


def read(text: str) -> Definition:
    """The definition a text says. Raises InvalidInputError naming the path and the fix."""
    if len(text) > LONGEST:
        raise InvalidInputError(
            _("The document has more than %(longest)s characters; this is no definition.")
            % {"longest": f"{LONGEST:,}"}
        )
    if _has_alias(text):
        raise InvalidInputError(_("Write each value out: anchors and aliases (& and *) are not read here."))
    try:
        return parse(text)
    except DefinitionError as error:
        raise InvalidInputError(_("%(problem)s.") % {"problem": error.told(_)}) from None
    except RecursionError:
        raise InvalidInputError(_("The document is nested too deeply; this is no definition.")) from None


def proposed(text: str, reason: str, actor: User) -> MetricVersion:
    """The text as a draft version. Raises DomainError where it cannot be one, or may not."""
    return version_propose(definition=read(text), engine_digest=engine_digest(), reason=reason, actor=actor)
