"""The frame of every management command: who acts, how it answers, how it ends.

Exit codes: 0 done, 1 refused or failed, 2 wrong use, 3 a check found something.
"""

from __future__ import annotations

import json
import sys
from abc import abstractmethod
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from governance.access.models import User
from otdr_hub.lib.outcome import DomainError, InvalidInputError

DONE: Final = 0
REFUSED: Final = 1
FOUND: Final = 3


class ServiceCommand(BaseCommand):
    """A door to services: subclasses add arguments and answer with one object and its sentences.

    Django's checks of the installation load every page, which took a third of a command's time; they are
    for `manage.py check`, `migrate` and the web server, and whoever switches a market off does not wait.
    """

    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """The options every command has."""
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
        parser.add_argument("--as", dest="actor", default="system", help="the account that acts")

    @abstractmethod
    def run(self, actor: User, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        """Do it; return (the object printed with --json, the text printed without, exit code)."""

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 (Django's signature)
        """Run, print, and leave with the exit code; a refusal is one line on standard error."""
        try:
            actor = User.objects.filter(username=options["actor"]).first()
            if actor is None:
                raise InvalidInputError(_("There is no account '%(actor)s'.") % {"actor": options["actor"]})
            answer, text, code = self.run(actor, options)
        except DomainError as error:
            answer, text, code = {"error": str(error), "type": error.slug}, str(error), REFUSED
        stream = self.stderr if code == REFUSED and not options["json"] else self.stdout
        stream.write(json.dumps(answer, default=str, ensure_ascii=False) if options["json"] else text)
        if code != DONE:
            sys.exit(code)
