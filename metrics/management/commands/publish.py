"""`publish`: let the hub show the newest data, as far as it is signed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from governance.access.command import DONE, ServiceCommand
from governance.access.models import User
from governance.publication.services import publication_publish
from governance.versions.selectors import by_name
from metrics.operator.effect import last_whole_week, newest
from otdr_hub.lib import weeks
from otdr_hub.lib.outcome import ConflictError, InvalidInputError


class Command(ServiceCommand):
    """One publication over the newest data of every market."""

    help = "publish the newest data: what is signed is shown, what moved too far keeps its last signed number"

    def add_arguments(self, parser: CommandParser) -> None:
        """The last week to show."""
        super().add_arguments(parser)
        parser.add_argument("--week", help="2026-W46; the last settled one if not given")

    def run(self, actor: User, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        """Publish, and say what is shown, held and left out."""
        version = by_name(None)
        found = newest(version=version, actor=actor)
        try:
            monday = weeks.parse(options["week"]) if options["week"] else last_whole_week(version, found)
        except ValueError as error:
            raise InvalidInputError(f"--week: {error}") from None
        if monday is None:
            raise ConflictError("No week is over and settled yet, so there is nothing to publish.")
        publication = publication_publish(
            version=version, vintages={code: one.vintage for code, one in found.items()}, through=monday,
            as_of=max(one.as_of for one in found.values()), actor=actor,
        )  # fmt: skip
        lines = list(publication.lines.order_by("market"))
        answer = {
            "publication": str(publication), "digest": publication.digest, "week": weeks.label(monday),
            "shown": [line.market_id for line in lines if line.decision and not line.is_held],
            "held": [line.market_id for line in lines if line.is_held],
            "not_shown": [line.market_id for line in lines if not line.decision],
        }  # fmt: skip
        said = [f"{publication} is published, up to {answer['week']}."]
        said += [
            f"{words}: {', '.join(answer[name])}."
            for name, words in (("shown", "Shown"), ("held", "As last signed"), ("not_shown", "Not shown"))
            if answer[name]
        ]
        return answer, " ".join(said), DONE
