"""`manage.py triage [--market M]... [--week W] [--open]`; `triage --again DIGEST` makes one again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from governance.access.command import DONE, FOUND, ServiceCommand
from governance.access.models import User
from governance.cases.models import Case
from governance.markets.models import Market
from governance.versions.selectors import by_name
from metrics.assessments.made import Assessed
from metrics.assessments.reading import direction_of, signal_of
from metrics.assessments.rounds import assess_all, open_on, week_in_question
from metrics.assessments.services import assessment_rederive
from metrics.management.moments import monday
from otdr_hub.lib import weeks
from otdr_hub.lib.outcome import ConflictError

Answer = tuple[dict[str, Any], str, int]


def _case(one: Assessed, case: Case | None) -> dict[str, Any]:
    told = one.document
    return {
        "market": told["input"]["market"], "period": weeks.label(one.first_week),
        "observed": told["rate"]["rate"], "expected": told["rate"]["base_rate"],
        "direction": direction_of(told) or "none",
        "hypotheses": [
            {
                "name": item["name"], "probability": item["probability"],
                "evidence": [*item["for"], *item["against"]],
            }
            for item in told["hypotheses"]
        ],
        "verdict": told["verdict"]["outcome"], "proposal": told["verdict"]["proposal"],
        "range": [told["range"]["low"], told["range"]["high"]],
        "assessment": one.digest, "case": str(case) if case else None,
    }  # fmt: skip


def _line(one: Assessed, case: Case | None) -> str:
    told = one.document
    number = f"  [{case}]" if case else ""
    return (
        f"{told['input']['market']:<8} {weeks.label(one.first_week)}  {told['verdict']['sentence']}{number}"
    )


class Command(ServiceCommand):
    """Assess markets for a week; tell those that call for a case, and open it when asked."""

    help = "triage --week 2026-W47; triage --market BR --open; triage --again DIGEST."

    def add_arguments(self, parser: CommandParser) -> None:
        """Of what, and what to do about it."""
        super().add_arguments(parser)
        parser.add_argument("--market", action="append", default=[])
        parser.add_argument("--week", help="an ISO week like 2026-W45; the last whole one by default")
        parser.add_argument("--metric-version", dest="metric_version")
        parser.add_argument("--all", action="store_true", help="tell calm markets as well")
        parser.add_argument("--open", action="store_true", help="open a case where one is called for")
        parser.add_argument(
            "--again", metavar="DIGEST", help="make a filed assessment again and compare bytes"
        )

    def run(self, actor: User, options: dict[str, Any]) -> Answer:
        """Assess, or make again; exit code 3 when that differs."""
        if options["again"]:
            return self._again(actor, options["again"])
        version = by_name(options["metric_version"])
        week = monday(options["week"]) or week_in_question(version, actor)
        if week is None:
            raise ConflictError("No week is whole yet in half of the markets; name one with --week.")
        codes = options["market"] or list(Market.objects.order_by("code").values_list("code", flat=True))
        found = assess_all(version=version, monday=week, markets=codes, actor=actor)
        told = [one for one in found if options["all"] or options["market"] or signal_of(one.document)]
        cases = {case.market_id: case for case in open_on(told, actor=actor)} if options["open"] else {}
        pairs = [(one, cases.get(one.document["input"]["market"])) for one in told]
        text = (
            "\n".join(_line(*pair) for pair in pairs)
            or f"{len(found)} markets assessed; nothing calls for a case."
        )
        return {"cases": [_case(*pair) for pair in pairs]}, text, DONE

    @staticmethod
    def _again(actor: User, name: str) -> Answer:
        again = assessment_rederive(digest_of=name, actor=actor)
        said = "is the same, byte for byte" if again.is_equal else f"gives {again.now} now"
        answer = {"assessment": name, "now": again.now, "equal": again.is_equal}
        return answer, f"Assessment {name[:16]} {said}.", DONE if again.is_equal else FOUND
