"""Assessing a market's weeks, opening a case on what is found, making an assessment again from its pins."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.access.models import User
from governance.access.policy import may
from governance.cases.models import Case
from governance.cases.plan import plan_for
from governance.cases.selectors import decided, doubted_weeks, overlapping
from governance.cases.services import case_evidence_freeze, case_open
from governance.markets.models import Market
from governance.models import MetricVersion
from metrics.assessments import engine, storage
from metrics.assessments.engine import Question
from metrics.assessments.made import Assessed
from metrics.assessments.reading import direction_of, next_of, signal_of
from metrics.assessments.standing import is_spoken_of
from metrics.lake.models import LakeFile
from metrics.lake.pins import PinnedFile
from metrics.lake.schema import NO_MARKET
from metrics.recompute.selectors import newest_vintages
from otdr_hub.lib import clock, digest, weeks
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, require


@dataclass(frozen=True, slots=True)
class Rederived:
    """A stored assessment made again from its pins: `now` is the digest of what that gave."""

    digest: str
    now: str

    @property
    def is_equal(self) -> bool:
        """Whether it is the same, byte for byte."""
        return self.digest == self.now


def assessment_make(
    *,
    market: str,
    first_week: dt.date,
    version: MetricVersion,
    actor: User,
    last_week: dt.date | None = None,
    as_of: dt.datetime | None = None,
    owner: str = "",
) -> Assessed:
    """Assess a market's weeks (Mondays) and file the answer; the same question files it once.

    As known at `as_of`: by default the moment of the newest run, or now. Raises InvalidInputError for a
    market without input, ConflictError when a file is gone.
    """
    require(may(actor, "case_work"))
    if not Market.objects.filter(code=market).exists():
        raise InvalidInputError(
            _("There is no market '%(market)s'; give a registered market's code.") % {"market": market}
        )
    last = last_week or first_week
    if any(weeks.monday_of(day) != day for day in (first_week, last)) or last < first_week:
        raise InvalidInputError(_("An assessment is of whole weeks, named by their Mondays."))
    newest = newest_vintages(version, [market]).get(market)
    moment = as_of or (newest.run.as_of if newest else clock.now())
    run = newest.run_id if newest and newest.run.as_of == moment else ""
    text = engine.ask(
        Question(
            market, first_week, last, version, moment, owner, doubted=tuple(doubted_weeks(market, first_week))
        )
    )
    name = digest.of_bytes(text.encode())
    storage.assessment_save([name, market, first_week, last, moment, version.digest, text])
    return Assessed(name, json.loads(text), first_week, last, moment, run)


def assessment_open(*, assessed: Assessed, actor: User) -> Case | None:
    """Open a case on what an assessment found; None where it calls for none.

    Where a case of that whole market and time is open, the assessment is frozen there, once, and that case is
    it. Where one was resolved the product opens no other: people have spoken, and people reopen it. But
    where they did not find the data wrong and it is other data now, a defect found in it is a new case.
    """
    require(may(actor, "case_open"))
    market, found = assessed.document["input"]["market"], signal_of(assessed.document)
    known = overlapping(market, assessed.first_week, assessed.last_week)
    if known:
        return _freeze(known[0], assessed, actor)
    resolved = decided(market, assessed.first_week, assessed.last_week)
    if found is None or (resolved and is_spoken_of(resolved, assessed)):
        return None
    person = not actor.is_system
    return case_open(
        market=market, first_week=assessed.first_week, last_week=assessed.last_week,
        origin=Case.Origin.PERSON if person else found.origin, signal=found.name,
        title=_title(market, assessed), plan=plan_for(found.direction, next_of(assessed.document)),
        evidence=[assessed.frozen], actor=actor,
    )  # fmt: skip


def _freeze(case: Case, assessed: Assessed, actor: User) -> Case:
    """Once is enough: the same data gives the same assessment."""
    if not case.evidence.filter(assessment=assessed.digest).exists():
        case_evidence_freeze(case=case, frozen=assessed.frozen, actor=actor)
    return case


def _title(market: str, assessed: Assessed) -> str:
    """In words, without a number and about nobody: it is in the record, which more people read."""
    name = Market.objects.values_list("name", flat=True).get(code=market)
    week = weeks.label(assessed.first_week)
    moved = {"up": "the rate rose", "down": "the rate fell"}.get(direction_of(assessed.document))
    return f"{name}, {week}: {moved or 'the input looks unlike that of earlier weeks'}"[:160]


def assessment_rederive(*, digest_of: str, actor: User) -> Rederived:
    """Make a filed assessment again from its pins and compare the bytes.

    Raises InvalidInputError where none is filed under that name, ConflictError when a file is gone.
    """
    require(may(actor, "case_work"))
    text = storage.assessment_content(digest_of)
    if text is None:
        raise InvalidInputError(_("No assessment is filed under that name."))
    told = json.loads(text)
    given = told["input"]
    first, last = (dt.date.fromisoformat(given[name]) for name in ("first_day", "last_day"))
    question = Question(
        given["market"], first, weeks.monday_of(last), _version(given["definition"]["digest"]),
        dt.datetime.fromisoformat(given["as_of"]), given["owner"] or "", tuple(given["recent"]),
        tuple(dt.date.fromisoformat(monday) for monday in given.get("doubted", [])), _pinned(given),
    )  # fmt: skip
    return Rederived(digest_of, digest.of_bytes(engine.ask(question).encode()))


def _version(name: str) -> MetricVersion:
    found = MetricVersion.objects.filter(digest=name).first()
    if found is None:
        raise ConflictError(
            _("No version has the fingerprint %(name)s; the engine's code is another one.")
            % {"name": name[:8]}
        )
    return found


def _pinned(given: dict[str, Any]) -> tuple[PinnedFile, ...]:
    """The files an assessment names, in the lake's order. Raises ConflictError for one that is gone."""
    wanted = {(one["name"], one["sha256"]) for one in given["files"]}
    rows = LakeFile.objects.filter(
        market__in=[given["market"], NO_MARKET], sha256__in=[sha for _, sha in wanted]
    ).order_by("path")
    found = [
        PinnedFile(row.path, row.kind, row.market, row.size, row.sha256)
        for row in rows
        if (Path(row.path).name, row.sha256) in wanted
    ]
    gone = len(wanted) - len(found)
    if gone > 0:
        raise ConflictError(
            ngettext(
                "%(number)d pinned file is not in the lake any more.",
                "%(number)d pinned files are not in the lake any more.",
                gone,
            )
            % {"number": gone}
        )
    return tuple(found)
