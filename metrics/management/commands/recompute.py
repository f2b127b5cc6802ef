"""`manage.py recompute [--market M]... [--version V] [--as-of T] [--since D] [--until D] [--full]
[--queue]`."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import CommandParser

from governance.access.command import DONE, ServiceCommand
from governance.access.models import User
from governance.versions.selectors import by_name
from metrics.management.moments import day, moment
from metrics.recompute.selectors import vintages_of
from metrics.recompute.services import run_execute, run_queue
from metrics.tasks import send


class Command(ServiceCommand):
    """Recompute here and now, or hand it to the worker with --queue; one service does both."""

    help = "Recompute vintages from the lake: recompute --market BR [--as-of T] [--queue]."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to recompute. `--version` is ours, not Django's."""
        super().add_arguments(parser)
        parser.add_argument("--market", action="append", default=[])
        parser.add_argument("--metric-version", "--version", dest="metric_version")
        parser.add_argument("--as-of")
        parser.add_argument("--since", help="first promise day; with bounds, only a part is looked at")
        parser.add_argument("--until", help="last promise day")
        parser.add_argument("--full", action="store_true", help="use nothing kept from earlier runs")
        parser.add_argument("--queue", action="store_true", help="let the worker do it")

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Let `--version` mean the metric version, as the interface says."""
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def run(self, actor: User, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        """Queue the run, then execute it or send it."""
        begun = time.monotonic()
        version = by_name(options["metric_version"])
        run, _ = run_queue(
            version=version, markets=options["market"], as_of=moment(options["as_of"]),
            since=day(options["since"]), until=day(options["until"]), full=options["full"], actor=actor,
        )  # fmt: skip
        if options["queue"]:
            sent = send(run)
            later = "" if sent else " The broker cannot be reached; the worker finds the run when it is back."
            return {"run": run.pk, "state": run.state, "sent": sent}, f"Run {run} is queued.{later}", DONE
        run = run_execute(run=run, actor=actor)
        vintages = vintages_of(run)
        answer = {
            "run": run.pk, "version": version.name, "slices_read": run.slices_read,
            "slices_changed": run.slices_changed, "vintages": vintages,
            "seconds": round(time.monotonic() - begun, 3), "state": run.state,
        }  # fmt: skip
        lines = [f"{market}  {vintage[:16]}" for market, vintage in sorted(vintages.items())]
        head = f"Run {run} is {run.state}: {run.slices_read} slices, {run.slices_changed} new."
        return answer, "\n".join([head, *lines]), DONE
