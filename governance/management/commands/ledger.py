"""`manage.py ledger export|verifier|checkpoint|accept|key|guards`: the record and its signatures."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from governance.access.command import DONE, ServiceCommand
from governance.access.models import User
from governance.access.policy import may
from governance.audit.services import restore_accept
from governance.ledger import checkpoints, guards, keys
from governance.ledger.export import write, write_verifier
from governance.ledger.signed import key_id
from otdr_hub.lib.outcome import require

Answer = tuple[dict[str, Any], str, int]


def _export(actor: User, options: dict[str, Any]) -> Answer:
    # It holds every statement and reason: whoever may look at the data behind the numbers.
    require(may(actor, "operator_read"))
    entries, signed = write(options["file"])
    own = keys.signer().public.hex()
    answer = {"file": str(options["file"]), "entries": entries, "checkpoints": signed, "public_key": own}
    text = (
        f"{entries} entries and {signed} checkpoints written to {options['file']}. To check them anywhere:\n"
        f"python governance/ledger/offline.py {options['file']} --key {own}\n"
        "('ledger verifier FILE.py' writes that program as one file)"
    )
    return answer, text, DONE


def _verifier(actor: User, options: dict[str, Any]) -> Answer:  # noqa: ARG001 (called like the others)
    write_verifier(options["file"])
    answer = {"file": str(options["file"])}
    return answer, f"{options['file']} checks an export: it needs Python and nothing else.", DONE


def _checkpoint(actor: User, options: dict[str, Any]) -> Answer:  # noqa: ARG001 (called like the others)
    added = checkpoints.catch_up(begin=options["begin"])
    file = checkpoints.folder() / checkpoints.FILE
    return {"added": added, "file": str(file)}, f"{added} checkpoints added to {file}.", DONE


def _accept(actor: User, options: dict[str, Any]) -> Answer:
    seq = restore_accept(reason=options["reason"], actor=actor)
    said = (
        f"Entry {seq} says so. Everything is switched off; each market comes back through the gate. The lost"
        f" history's checkpoints are kept in {checkpoints.folder()}."
    )
    return {"entry": seq}, said, DONE


def _key(actor: User, options: dict[str, Any]) -> Answer:  # noqa: ARG001 (one signature for all of a kind)
    own = keys.signer().public
    return {"public_key": own.hex(), "id": key_id(own)}, own.hex(), DONE


def _guards(actor: User, options: dict[str, Any]) -> Answer:  # noqa: ARG001 (one signature for all of a kind)
    found = guards.found()
    return dict(found), json.dumps(found, indent=1), DONE


class Command(ServiceCommand):
    """What concerns the record as a whole; each part is a sub-command."""

    help = "The ledger as a whole: ledger export FILE | verifier FILE | checkpoint | accept | key | guards."

    def add_arguments(self, parser: CommandParser) -> None:
        """One sub-command per act; each answers to the common options too."""
        acts = parser.add_subparsers(dest="act", required=True)

        def act(name: str, said: str, run: Callable[[User, dict[str, Any]], Answer]) -> CommandParser:
            found: CommandParser = acts.add_parser(name, help=said)
            super(Command, self).add_arguments(found)
            found.set_defaults(perform=run)
            return found

        for name, said, run in (
            ("export", "entries, checkpoints and public key as one file", _export),
            ("verifier", "the program that checks an export, as one file", _verifier),
        ):
            act(name, said, run).add_argument("file", type=Path)
        act("checkpoint", "sign what has no checkpoint yet", _checkpoint).add_argument(
            "--begin", action="store_true", help="begin a new file although the ledger is not new"
        )
        act("accept", "go on with a restored database, all switched off", _accept).add_argument(
            "--reason", required=True, help="why nothing newer can be had"
        )
        act("key", "print the public key, for keeping elsewhere", _key)
        act("guards", "print functions, triggers and unique keys with their fingerprints", _guards)

    def run(self, actor: User, options: dict[str, Any]) -> Answer:
        """Do what the sub-command says."""
        answer: Answer = options["perform"](actor, options)
        return answer
