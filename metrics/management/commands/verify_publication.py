"""`manage.py verify_publication ID`: recompute a publication from its pins; exit 3 when anything differs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from governance.access.command import DONE, FOUND, ServiceCommand
from governance.access.models import User
from governance.access.policy import may
from metrics.audit.verify import Finding, publication_of, verify
from otdr_hub.lib.outcome import require


def _line(finding: Finding) -> str:
    return f"{finding.market}, {finding.where}: stored {finding.stored}, computed {finding.computed}"


class Command(ServiceCommand):
    """Every integer, from the pinned files alone. Nothing is written."""

    help = "Recompute a publication from its pinned files and compare every integer: verify_publication P-1."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which one: its number, or the beginning of its fingerprint."""
        super().add_arguments(parser)
        parser.add_argument("publication")

    def run(self, actor: User, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        """Compare, and name what differs."""
        require(may(actor, "operator_read"))
        report = verify(publication_of(options["publication"]))
        answer = {
            "publication": report.publication.number,
            "digest": report.publication.digest,
            "integers": report.integers,
            "files": report.files,
            "findings": [asdict(finding) for finding in report.findings],
        }
        if not report.findings:
            text = f"{report.publication} re-derives: {report.integers:,} integers from {report.files} files."
            return answer, text, DONE
        shown = [_line(finding) for finding in report.findings[:20]]
        more = len(report.findings) - len(shown)
        lines = [
            f"{report.publication} does not re-derive:",
            *shown,
            *([f"and {more} more."] if more else []),
        ]
        return answer, "\n".join(lines), FOUND
