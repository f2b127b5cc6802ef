"""`manage.py database grants`: give the login roles what they need and nothing else."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from otdr_hub import grants


class Command(BaseCommand):
    """Run after every migration, as the owner."""

    help = "Set the database grants of the login roles (default deny)."

    def add_arguments(self, parser: CommandParser) -> None:
        """The one act there is."""
        parser.add_argument("act", choices=["grants"])

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 (Django's signature)
        """Apply the list."""
        grants.apply()
        self.stdout.write(f"Grants set: {len(grants.APP)} tables, {len(grants.HUB_VIEWS)} views.")
