"""`manage.py verify_ledger`: chain, checkpoints, guards, tables; exit 3 names what does not hold."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from governance.access.command import DONE, FOUND, ServiceCommand
from governance.access.models import User
from governance.audit.review import review


def public_key(text: str) -> bytes:
    """A public key given in hexadecimal on the command line."""
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise argparse.ArgumentTypeError("a public key is 64 hexadecimal digits")
    return key


class Command(ServiceCommand):
    """Recompute every hash, compare with what was signed, and replay the state from the entries alone."""

    help = "Verify ledger, checkpoints and tables; exit 3 when something does not hold."

    def add_arguments(self, parser: CommandParser) -> None:
        """Copies kept elsewhere may stand in for the installation's own."""
        super().add_arguments(parser)
        parser.add_argument("--checkpoint", type=Path, metavar="FILE", help="checkpoints kept elsewhere")
        parser.add_argument("--key", type=public_key, help="the public key you keep, in hexadecimal")
        parser.add_argument("--every", action="store_true", help="check the signature of every checkpoint")

    def run(self, actor: User, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:  # noqa: ARG002
        """The whole check in one snapshot of the database."""
        found = review(checkpoint_file=options["checkpoint"], key=options["key"], every=options["every"])
        bad, difference = found.finding, found.difference
        answer = {
            "entries": found.entries, "head": found.head, "checkpoints": found.checkpoints,
            "facts": found.facts, "first_bad": bad and {"seq": bad.seq, "problem": bad.problem},
            "guard": found.guard or None,
            "put_back": found.put_back,
            "difference": difference and {
                "what": difference.what, "ledger": difference.ledger, "tables": difference.tables,
            },
        }  # fmt: skip
        if found.problem:
            return answer, f"{found.problem}.", FOUND
        text = (
            f"The ledger holds: {found.entries} entries, {found.checkpoints} of them signed, "
            f"head {found.head[:16]}. The tables say what the entries say ({found.facts} facts)."
        )
        return answer, text, DONE
