"""`manage.py versions list|show NAME`: definitions as YAML."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from governance.access.command import DONE, ServiceCommand
from governance.access.models import User
from governance.versions.models import MetricVersion
from governance.versions.selectors import by_name, meaning
from otdr_hub.lib.outcome import InvalidInputError


def _plain(version: MetricVersion) -> dict[str, Any]:
    return {
        "name": version.name, "digest": version.digest, "engine": version.engine_digest,
        "state": version.state, "effective_from": version.effective_from,
    }  # fmt: skip


class Command(ServiceCommand):
    """Read metric versions."""

    help = "List metric versions, or show one as YAML with its meaning."

    def add_arguments(self, parser: CommandParser) -> None:
        """`list`, or `show` and a name."""
        super().add_arguments(parser)
        parser.add_argument("act", choices=["list", "show"])
        parser.add_argument("name", nargs="?")

    def run(self, actor: User, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:  # noqa: ARG002
        """Read only."""
        if options["act"] == "list":
            found = list(MetricVersion.objects.all())
            lines = [f"{item.name}  {item.digest[:12]}  {item.get_state_display()}" for item in found]
            text = "\n".join(lines) or "No metric version has been proposed."
            return {"versions": [_plain(item) for item in found]}, text, DONE
        if not options["name"]:
            raise InvalidInputError("Name the version to show.")
        version = by_name(options["name"])
        text = f"{version.document}\n# {meaning(version)}"
        return _plain(version) | {"document": version.document, "meaning": meaning(version)}, text, DONE
