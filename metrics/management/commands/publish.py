"""`publish`: let the hub show the newest data, as far as it is signed, or an earlier publication again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from governance.access.command import DONE, ServiceCommand
from governance.access.models import User
from governance.models import Publication
from governance.publication.services import publication_publish, publication_rollback
from governance.scope.models import WHOLE
from governance.versions.selectors import by_name
from metrics.operator.effect import last_whole_week, newest
from otdr_hub.lib import weeks
from otdr_hub.lib.outcome import ConflictError, InvalidInputError
from otdr_hub.lib.shortid import number_in


class Command(ServiceCommand):
    """One publication over the newest data of every market; or, in one act, a rollback."""

    help = "publish the newest data: what is signed is shown, what moved too far keeps its last signed number"

    def add_arguments(self, parser: CommandParser) -> None:
        """The last week to show."""
        super().add_arguments(parser)
        parser.add_argument("--week", help="2026-W46; the last settled one if not given")
        parser.add_argument("--rollback", metavar="P-3", help="show this earlier publication again instead")
        parser.add_argument("--reason", default="", help="why; a rollback needs it")

    def run(self, actor: User, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        """Publish, and say what is shown, held and left out."""
        if options["rollback"]:
            return _roll_back(options["rollback"], options["reason"], actor)
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
        lines = list(publication.lines.filter(breakout=WHOLE).order_by("market"))
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


def _roll_back(ref: str, reason: str, actor: User) -> tuple[dict[str, Any], str, int]:
    found = Publication.objects.filter(number=number_in(ref) or 0).first()
    if found is None:
        raise InvalidInputError(f"--rollback: there is no publication '{ref}'.")
    again = publication_rollback(publication=found, reason=reason, actor=actor)
    answer = {"publication": str(again), "restores": str(found), "digest": again.digest}
    return answer, f"{found} is shown again as {again}; what came between them is taken back.", DONE
