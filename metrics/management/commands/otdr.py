"""`manage.py otdr [--market M] [--week W | --since D --until D] [--by week|day|carrier|lane]`."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from fractions import Fraction
from typing import Any

from django.core.management.base import CommandParser

from governance.access.command import DONE, ServiceCommand
from governance.access.models import User
from governance.versions.selectors import by_name
from metrics.management.moments import day, moment
from metrics.operator.beside import delays, ladders, notes
from metrics.operator.counts import GROUPINGS, counts, effects
from metrics.periods.history import revisions
from otdr_hub.lib import weeks
from otdr_hub.lib.outcome import InvalidInputError


def _bounds(options: dict[str, Any]) -> tuple[dt.date | None, dt.date | None]:
    if options["week"] is None:
        return day(options["since"]), day(options["until"])
    try:
        monday = weeks.parse(options["week"])
    except ValueError as error:
        raise InvalidInputError(str(error)) from None
    return monday, monday + dt.timedelta(days=6)


def _line(row: dict[str, Any]) -> str:
    period = row["period"]
    shown = _rate(row["on_time"], row["due"])
    part = "  ".join(row[name] for name in ("carrier", "lane") if name in row)
    return (
        f"{row['market']:<8} {period}  {part:<24} due {row['due']:>9,}  on time {row['on_time']:>9,}  "
        f"late {row['late']:>8,}  pending {row['pending']:>8,}  no news {row['unknown']:>7,}  {shown}  "
        f"{row['finality']}"
    )


def _rate(on_time: int, due: int) -> str:
    return f"{100 * on_time / due:6.2f} %" if due else "   none"


def _ladders(asked: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
    if asked["since"] is None or asked["until"] is None:
        raise InvalidInputError("A ladder is of a period: give --week, or --since and --until.")
    found = ladders(**asked)
    answer = {market: [asdict(rung) for rung in rungs] for market, rungs in found.items()}
    lines = [
        f"{market:<8} {rung.name:<28} due {rung.due:>9,}  on time {rung.on_time:>9,}  "
        f"{_rate(rung.on_time, rung.due)}"
        for market, rungs in found.items()
        for rung in rungs
    ]
    text = "\n".join(lines) or "Nothing has been computed for that."
    return {"version": asked["version"].name, "ladders": answer}, text, DONE


def _points(part: Fraction) -> str:
    return f"{float(part * 100):+7.2f}"


def _effects(asked: dict[str, Any], by: str) -> tuple[dict[str, Any], str, int]:
    since, until = asked.pop("since"), asked.pop("until")
    if since is None or until != since + dt.timedelta(days=6):
        raise InvalidInputError("A change is of a week against the one before: give --week.")
    found = effects(monday=since, by=by, **asked)
    lines = []
    for market, parts in found.items():
        ranked = sorted(parts.items(), key=lambda item: (-abs(item[1].total), item[0]))
        change = sum((effect.total for effect in parts.values()), Fraction(0))
        lines.append(f"{market:<8} {'change in points':<28} {_points(change)}")
        lines += [
            f"{'':<8} {name:<28} {_points(effect.total)}   by its rate {_points(effect.rate)}, "
            f"by its weight {_points(effect.mix)}"
            for name, effect in ranked
        ]
    answer = {
        market: {name: {"rate": str(effect.rate), "mix": str(effect.mix)} for name, effect in parts.items()}
        for market, parts in found.items()
    }
    text = "\n".join(lines) or "Nothing has been computed for that."
    return {"version": asked["version"].name, "effects": answer}, text, DONE


def _revisions(asked: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
    since, markets = asked["since"], asked["markets"]
    if since is None or asked["until"] != since + dt.timedelta(days=6) or len(markets) != 1:
        raise InvalidInputError("Revisions are of one market's week: give --market and --week.")
    found = revisions(version=asked["version"], market=markets[0], monday=since, actor=asked["actor"])
    lines = [
        f"as known at {row['as_of']:%Y-%m-%d %H:%M} UTC  due {row['due']:>9,}  on time {row['on_time']:>9,}  "
        f"{_rate(row['on_time'], row['due'])}"
        for row in found
    ]
    text = "\n".join(lines) or "Nothing has been computed for that."
    return {"version": asked["version"].name, "revisions": found}, text, DONE


def _beside(asked: dict[str, Any]) -> dict[str, Any]:
    return {name: asked[name] for name in ("version", "markets", "as_of", "actor")}


def _delays(asked: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
    found = delays(**_beside(asked))
    lines = []
    for market, curve in found.items():
        known = "  ".join(
            f"{hours} h {100 * n / curve.deliveries:.1f} %" for hours, n in curve.known if curve.deliveries
        )
        lines.append(f"{market:<8} {curve.deliveries:>9,} deliveries known within: {known}")
    answer = {market: asdict(curve) for market, curve in found.items()}
    return {"delays": answer}, "\n".join(lines) or "Nothing has been computed for that.", DONE


def _notes(asked: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
    rows = notes(**_beside(asked))
    lines = [
        f"{row['market']:<8} {row['week']}  a day early {row['early']:>8,}  "
        f"told twice {row['conflicts']:>6,}  cancelled in the last day {row['cancelled_last_day']:>6,}  "
        f"median promise {row['promised_hours']} h  left out: "
        + (", ".join(f"{reason} {n:,}" for reason, n in sorted(row["not_due"].items())) or "none")
        for row in rows
    ]
    return {"notes": rows}, "\n".join(lines) or "Nothing has been computed for that.", DONE


class Command(ServiceCommand):
    """The operator's view of the newest vintages. Needs no certification and never reaches the hub."""

    help = "Show counts: otdr --market BR --week 2026-W46 --by carrier --as data-engineer."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to show. `--version` is the metric version."""
        super().add_arguments(parser)
        parser.add_argument("--market", action="append", default=[])
        parser.add_argument("--week")
        parser.add_argument("--since")
        parser.add_argument("--until")
        parser.add_argument("--by", choices=GROUPINGS, default="week")
        parser.add_argument("--as-of", help="what was known at this moment")
        parser.add_argument("--ladder", action="store_true", help="the same under neighbouring definitions")
        parser.add_argument("--why", action="store_true", help="split the change on the week before, --by")
        parser.add_argument("--revisions", action="store_true", help="what was known of a week, and when")
        parser.add_argument("--delays", action="store_true", help="how soon deliveries were known")
        parser.add_argument("--notes", action="store_true", help="early, conflicts, promise lengths by week")
        parser.add_argument("--metric-version", "--version", dest="metric_version")

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Let `--version` mean the metric version, as the interface says."""
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def run(self, actor: User, options: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
        """Read only."""
        since, until = _bounds(options)
        version = by_name(options["metric_version"])
        asked = {
            "version": version, "markets": options["market"], "since": since, "until": until,
            "as_of": moment(options["as_of"]), "actor": actor,
        }  # fmt: skip
        if options["ladder"]:
            return _ladders(asked)
        if options["revisions"]:
            return _revisions(asked)
        if options["delays"] or options["notes"]:
            return (_delays if options["delays"] else _notes)(asked)
        if options["why"]:
            return _effects(asked, options["by"])
        rows = counts(by=options["by"], **asked)
        text = "\n".join(map(_line, rows)) or "Nothing has been computed for that."
        return {"version": version.name, "rows": rows}, text, DONE
