"""`manage.py framework propose FILE --reason TEXT` and `framework show`: what a launch is measured by."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from governance.access.command import DONE, ServiceCommand
from governance.access.models import User
from governance.framework.policy import explain
from governance.framework.selectors import in_effect, newest
from governance.framework.services import framework_propose
from otdr_hub.lib.outcome import InvalidInputError

Answer = tuple[dict[str, Any], str, int]


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"{path} cannot be read as a text file: {error}") from None


def _propose(actor: User, options: dict[str, Any]) -> Answer:
    request = framework_propose(
        document=_read(options["file"]), reason=options["reason"], actor=actor
    )  # fmt: skip
    answer = {"request": request.pk, "summary": request.summary}
    return answer, f"{request.summary}: request {request.pk}. It counts once all have signed.", DONE


def _show() -> Answer:
    item, asked = in_effect(), newest()
    if item is None:
        waiting = f"; {asked.name} waits for signatures" if asked else ""
        return {"framework": None}, f"No decision framework is in effect{waiting}.", DONE
    lines = [f"{item.name} is in effect.", *(f"{title}: {said}" for title, said in explain(item.policy))]
    return {"framework": item.policy.content(), "digest": item.digest}, "\n".join(lines), DONE


class Command(ServiceCommand):
    """Propose a decision framework, or show the one in effect."""

    help = "The decision framework: framework propose FILE --reason 'As agreed' --as dpm | framework show."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to do, the document and why."""
        super().add_arguments(parser)
        parser.add_argument("act", choices=["propose", "show"])
        parser.add_argument(
            "file", nargs="?", help="a YAML document, as governance/framework/framework-1.yaml"
        )
        parser.add_argument("--reason", default="")

    def run(self, actor: User, options: dict[str, Any]) -> Answer:
        """Do what the act says."""
        if options["act"] == "show":
            return _show()
        if not options["file"]:
            raise InvalidInputError("Name the document to propose: framework propose FILE --reason TEXT.")
        return _propose(actor, options)
