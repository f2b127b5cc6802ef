"""`manage.py lake clean [--dry-run]`: take away what nothing refers to."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from governance.access.command import DONE, ServiceCommand
from governance.access.models import User
from governance.access.policy import may
from metrics.audit.cleanup import removable, remove
from otdr_hub.lib.outcome import require


class Command(ServiceCommand):
    """Files of a batch or a pin are never touched, however old they are."""

    help = "lake clean [--dry-run]: remove files that no batch, pin or newest run refers to."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to do."""
        super().add_arguments(parser)
        parser.add_argument("act", choices=["clean"])
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")

    def run(self, actor: User, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        """Say it, and do it unless told not to."""
        require(may(actor, "run_queue"))
        files = removable()
        size = sum(file.size for file in files) if options["dry_run"] else remove(files)
        verb = "would be removed" if options["dry_run"] else "removed"
        lines = [f"{file.path}  {file.size:,} bytes, {file.what}" for file in files]
        text = "\n".join([*lines, f"{len(files)} files {verb}, {size:,} bytes."])
        return {"files": [asdict(file) for file in files], "bytes": size}, text, DONE
