"""`manage.py versions list | show | propose | submit | diff | compare | unchanged`: definitions as YAML."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from governance.access.command import DONE, FOUND, ServiceCommand
from governance.access.models import User
from governance.definition import diff
from governance.models import MetricVersion
from governance.versions.selectors import by_name, definition_of, meaning
from governance.versions.services import version_submit
from governance.versions.states import VersionState
from metrics.management.moments import monday
from metrics.operator.beside import comparisons
from metrics.otdr.engine import engine_digest
from metrics.otdr.ladder import Rung
from metrics.versions.effect import effect_of
from metrics.versions.proposals import proposed
from metrics.versions.report import report
from otdr_hub.lib.outcome import InvalidInputError

Answer = tuple[dict[str, Any], str, int]
# How many names each act takes after it.
ARGUMENTS = {"list": 0, "show": 1, "propose": 1, "submit": 1, "diff": 2, "compare": 2, "unchanged": 0}


def _plain(version: MetricVersion) -> dict[str, Any]:
    return {
        "name": version.name, "digest": version.digest, "engine": version.engine_digest,
        "state": version.state, "effective_from": version.effective_from,
    }  # fmt: skip


def _list() -> Answer:
    found = list(MetricVersion.objects.all())
    lines = [f"{item.name}  {item.digest[:12]}  {item.get_state_display()}" for item in found]
    text = "\n".join(lines) or "No metric version has been proposed."
    return {"versions": [_plain(item) for item in found]}, text, DONE


def _show(name: str) -> Answer:
    version = by_name(name)
    text = f"{version.document}\n# {meaning(version)}"
    return _plain(version) | {"document": version.document, "meaning": meaning(version)}, text, DONE


def _propose(path: Path, actor: User, reason: str) -> Answer:
    try:
        version = proposed(path.read_text(encoding="utf-8"), reason, actor)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"{path.name}: cannot be read ({error}).") from None
    except InvalidInputError as error:
        raise InvalidInputError(f"{path.name}: {error}") from None
    text = f"{version.name} is proposed as a draft, {version.digest[:12]}.\n{meaning(version)}"
    return _plain(version) | {"meaning": meaning(version)}, text, DONE


def _submit(name: str, actor: User) -> Answer:
    version = by_name(name)
    effect = effect_of(version, actor) if version.state == VersionState.DRAFT else ""
    request = version_submit(version=version, effect=effect, actor=actor)
    version.refresh_from_db()
    text = f"{name} is in review; request {request.pk} asks for its approval.\n{effect}".strip()
    return _plain(version) | {"request": request.pk, "effect": effect}, text, DONE


def _unchanged() -> Answer:
    """Since when each version is what it is; an auditor who finds one broken finds exit code 3."""
    found = [report(version) for version in MetricVersion.objects.all()]
    rows = [
        {
            "name": one.version.name, "digest": one.version.digest, "entry": one.entry, "since": one.since,
            "holds": one.holds, "engine_runs": one.version.engine_digest == engine_digest(),
            "rederived": one.rederived,
        }
        for one in found
    ]  # fmt: skip
    lines = []
    for one in found:
        said = f"unchanged since {one.since}, entry {one.entry}" if one.holds else "CHANGED"
        lines.append(f"{one.version.name}  {one.version.digest[:12]}  {said}")
    broken = any(not one.holds for one in found)
    return {"versions": rows}, "\n".join(lines) or "No version has been proposed.", FOUND if broken else DONE


def _diff(old: str, new: str) -> Answer:
    before, after = by_name(old), by_name(new)
    changes = diff(definition_of(before), definition_of(after))
    if before.engine_digest != after.engine_digest:
        changes.append(f"The engine was {before.engine_digest[:8]} and becomes {after.engine_digest[:8]}.")
    text = "\n".join(changes) or f"{old} and {new} say the same."
    return {"from": old, "to": new, "changes": changes}, text, DONE


def _compare(old: str, new: str, actor: User, options: dict[str, Any]) -> Answer:
    week = monday(options["week"])
    if week is None:
        raise InvalidInputError("Versions are compared over a week: give --week.")
    found = comparisons(
        old=by_name(old), new=by_name(new), markets=options["market"], since=week,
        until=week + dt.timedelta(days=6), actor=actor,
    )  # fmt: skip
    lines = []
    for market, sides in found.items():
        lines += [_counts(market, sides.before), _counts("", sides.after)]
        lines += [
            f"{'':<8} {effect.rule:<28} due {effect.due:>+9,}  on time {effect.on_time:>+9,}"
            for effect in sides.effects
        ]
    answer = {market: asdict(sides) for market, sides in found.items()}
    text = "\n".join(lines) or f"Nothing has been computed under {old}."
    return {"from": old, "to": new, "week": options["week"], "markets": answer}, text, DONE


def _counts(market: str, side: Rung) -> str:
    return f"{market:<8} {side.name:<28} due {side.due:>9,}  on time {side.on_time:>9,}"


class Command(ServiceCommand):
    """Read and compare metric versions, and propose one for this engine."""

    help = "versions list | show | propose FILE.yaml | submit | diff A B | compare A B --week W | unchanged"

    def add_arguments(self, parser: CommandParser) -> None:
        """The act, and what it is about."""
        super().add_arguments(parser)
        parser.add_argument("act", choices=sorted(ARGUMENTS))
        parser.add_argument("--reason", default="", help="of propose: why the definition changes")
        parser.add_argument("--market", action="append", default=[], help="of compare; default all")
        parser.add_argument("--week", help="of compare: an ISO week like 2026-W46")
        parser.add_argument("names", nargs="*", help="a version's name, two of them, or a YAML file")

    def run(self, actor: User, options: dict[str, Any]) -> Answer:
        """One act."""
        act, names = options["act"], options["names"]
        if len(names) != ARGUMENTS[act]:
            raise InvalidInputError(f"versions {act} takes {ARGUMENTS[act]} names, not {len(names)}.")
        acts: dict[str, Callable[[], Answer]] = {
            "list": _list,
            "unchanged": _unchanged,
            "show": lambda: _show(names[0]),
            "propose": lambda: _propose(Path(names[0]), actor, options["reason"]),
            "submit": lambda: _submit(names[0], actor),
            "diff": lambda: _diff(names[0], names[1]),
            "compare": lambda: _compare(names[0], names[1], actor, options),
        }
        return acts[act]()
