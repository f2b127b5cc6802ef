"""`manage.py demo load [--today D] [--scale N] [--once]`: the ShopSwift story."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

from django.core.management.base import CommandParser

from governance.access.command import DONE, ServiceCommand
from governance.access.models import User
from governance.models import Market
from otdr_hub.demo.load import is_loaded, load
from otdr_hub.demo.story import latest_friday
from otdr_hub.lib import clock, weeks
from otdr_hub.lib.outcome import ConflictError, InvalidInputError


def _day(text: str | None) -> dt.date:
    if text is None:
        return latest_friday(clock.now().date())
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise InvalidInputError(f"--today '{text}' is not a date; write it like 2026-11-20.") from None
    if day.weekday() != 4:
        raise InvalidInputError(f"--today {day} is not a Friday; the story is told on one.")
    return day


class Command(ServiceCommand):
    """Drive the services as the demonstration accounts until twelve weeks stand published."""

    help = "Load the ShopSwift demonstration: twelve markets, twelve weeks, two of them in doubt."

    def add_arguments(self, parser: CommandParser) -> None:
        """The day of the story and its size."""
        super().add_arguments(parser)
        parser.add_argument("act", choices=["load"])
        parser.add_argument("--today", help="the story's day, a Friday (default: the latest)")
        parser.add_argument("--scale", type=float, default=1.0, help="1.0 is about 6,000 orders a day")
        parser.add_argument("--once", action="store_true", help="do nothing when it is loaded already")

    def run(self, actor: User, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:  # noqa: ARG002
        """Load, or say that it is there."""
        if is_loaded():
            if options["once"]:
                return {"loaded": False}, "The demonstration is loaded already.", DONE
            raise ConflictError(
                "Something is published here already; the demonstration needs an empty system."
            )
        day = _day(options["today"])
        if not 0.01 <= options["scale"] <= 100:
            raise InvalidInputError("--scale must be between 0.01 and 100.")
        begun = time.monotonic()
        quiet = options["json"]
        loaded = load(today=day, scale=options["scale"], say=lambda text: quiet or self.stdout.write(text))
        seconds = round(time.monotonic() - begun, 1)
        answer = {
            "loaded": True, "publication": loaded.publication.number, "digest": loaded.publication.digest,
            "week": weeks.label(loaded.week), "rows": loaded.rows, "seconds": seconds,
        }  # fmt: skip
        shown = loaded.publication.lines.filter(breakout="-").exclude(decision="").count()
        text = f"{loaded.publication} shows {shown} of {Market.objects.count()} markets; {seconds} s."
        return answer, text, DONE
