"""`manage.py markets load FILE.csv`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from governance.access.command import DONE, ServiceCommand
from governance.access.models import User
from governance.markets.services import markets_load, read_file


class Command(ServiceCommand):
    """Register markets from a file with the columns code, name, zone, priority."""

    help = "Register markets: markets load FILE.csv (code,name,zone,priority)."

    def add_arguments(self, parser: CommandParser) -> None:
        """`load` and the file."""
        super().add_arguments(parser)
        parser.add_argument("act", choices=["load"])
        parser.add_argument("file", type=Path)

    def run(self, actor: User, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        """All rows or none."""
        count = markets_load(rows=read_file(options["file"]), actor=actor)
        return {"markets": count}, f"{count} markets registered.", DONE
