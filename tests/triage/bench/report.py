"""The table of the goals beside what was measured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from metrics.anomalies.hypotheses import DEFECTS, MIX, QUIET, REAL
from tests.triage.bench.judged import Judged

STILL = (QUIET,)
GOOD = (QUIET, REAL, MIX)


def _share(rows: Iterable[Judged], holds: Callable[[Judged], bool]) -> str:
    found = [holds(row) for row in rows]
    return f"{sum(found)}/{len(found)} ({100 * sum(found) / len(found):.0f} %)" if found else "none"


def _is_defect(row: Judged) -> bool:
    return row.truth in DEFECTS


def _is_left_open(row: Judged) -> bool:
    """Neither called good nor given a name."""
    return row.proposal == "hold" and not row.name


def report(rows: Sequence[Judged]) -> str:
    """Markdown: goals, calibration, by severity, by kind, and the rules beside."""
    defects = [row for row in rows if row.group == "defect"]
    negatives = [row for row in rows if row.group == "negative"]
    parts = [
        _goals(rows, defects, negatives),
        _calibration(rows),
        _by_severity(defects),
        _by_kind(rows),
        _rules(rows),
    ]
    return "\n\n".join(parts) + "\n"


def _goals(rows: Sequence[Judged], defects: list[Judged], negatives: list[Judged]) -> str:
    known = [row for row in rows if row.group != "unknown"]
    named = [row for row in known if row.name and row.name != QUIET]
    explained = [row for row in known if row.truth != QUIET]
    hidden = [row for row in rows if row.group == "unknown"]
    quarter = [row for row in defects if row.severity == 0.25]
    moved = [row for row in rows if abs(row.step) >= 0.03 and row.truth != QUIET]
    biased = [row for row in defects if abs(row.step) >= 0.01]
    still = [row for row in rows if row.truth == QUIET]
    mix = [row for row in rows if row.truth == MIX]
    real = [row for row in negatives if row.truth in GOOD]
    scoped = [row for row in defects if row.scope and row.is_found is not None and abs(row.step) >= 0.01]
    errors = [abs(row.implied_error) for row in rows if row.implied_error is not None]
    ece, brier = _ece(rows)
    again = [row for row in rows if row.same_bytes is not None]
    lines = [
        ("quiet weeks in which the fast clock raises", "<= 0.25 a quarter, .02 of weeks", _share(still, lambda r: r.fast)),
        ("alarm within the week, rate moved 3 points or more", ">= .97", _share(moved, lambda r: r.alarm)),
        ("rate or integrity check, bias of a point or more", ">= .95", _share(biased, lambda r: r.alarm or bool(r.fires))),
        ("cause first", ">= .92", _share(defects, lambda r: r.is_right(1))),
        ("cause among three", ">= .98", _share(defects, lambda r: r.is_right(3))),
        ("cause first, severity 25 %", ">= .82", _share(quarter, lambda r: r.is_right(1))),
        ("right when it names a cause (p >= .8)", ">= .98", _share(named, lambda r: r.is_right(1))),
        ("names a cause, of weeks that have one", ">= .75", _share(explained, lambda r: r in named)),
        ("calls a quiet week quiet", "", _share([r for r in known if r.truth == QUIET], lambda r: r.name == QUIET)),
        ("real change called a defect", "<= 1 %", _share(real, lambda r: r.proposal == "exclude" or r.name in DEFECTS)),
        ("defect certified without a word", "<= .5 %", _share(defects, lambda r: r.proposal == "certify")),
        ("the same, of those that moved the rate a point", "<= .5 %", _share(biased, lambda r: r.proposal == "certify")),
        ("unlisted defect: unknown, or held", ">= .90", _share(hidden, _is_left_open)),
        ("the same, of those that moved the rate a point", ">= .90", _share([r for r in hidden if abs(r.step) >= 0.01], _is_left_open)),
        ("mix shift recognised", ">= .95", _share(mix, lambda r: r.is_right(1))),
        ("carrier found, of defects of one carrier", ">= .92", _share(scoped, lambda r: bool(r.is_found))),
        ("calibration: ECE / Brier", "<= .05 / .06", f"{ece:.3f} / {brier:.3f}"),
        ("implied rate, mean error on real changes", "<= 1.5 points", f"{100 * sum(errors) / len(errors):.1f} points ({len(errors)})" if errors else "none"),
        ("the same bytes when judged again", "100 %", _share(again, lambda r: bool(r.same_bytes))),
        ("seconds to judge: middle, longest", "<= 5", f"{sorted(r.seconds for r in rows)[len(rows) // 2]:.1f}, {max(r.seconds for r in rows):.1f}"),
    ]  # fmt: skip
    return _table(("measure", "goal", "measured"), lines)


def _ece(rows: Sequence[Judged]) -> tuple[float, float]:
    told = [(row.probability, row.is_right(1)) for row in rows if row.group != "unknown"]
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for p, right in told:
        bins[min(int(p * 10), 9)].append((p, right))
    ece = sum(abs(sum(p for p, _ in one) - sum(right for _, right in one)) for one in bins.values()) / max(
        len(told), 1
    )
    return ece, sum((p - right) ** 2 for p, right in told) / max(len(told), 1)


def _calibration(rows: Sequence[Judged]) -> str:
    bins: dict[int, list[Judged]] = defaultdict(list)
    for row in rows:
        if row.group != "unknown":
            bins[min(int(row.probability * 5), 4)].append(row)
    lines = [
        (f"{n * 20}-{n * 20 + 20} %", f"{100 * sum(r.probability for r in one) / len(one):.0f} %", _share(one, lambda r: r.is_right(1)))
        for n, one in sorted(bins.items())
    ]  # fmt: skip
    return _table(("said", "mean", "right"), lines)


def _by_severity(defects: list[Judged]) -> str:
    lines = []
    for severity in sorted({row.severity for row in defects}):
        some = [row for row in defects if row.severity == severity]
        lines.append(
            (f"{severity:.0%}", _share(some, lambda r: r.is_right(1)), _share(some, lambda r: r.is_right(3)), _share(some, lambda r: bool(r.fires)))
        )  # fmt: skip
    return _table(("severity", "first", "among three", "a check fires"), lines)


def _by_kind(rows: Sequence[Judged]) -> str:
    kinds: dict[tuple[str, str], list[Judged]] = defaultdict(list)
    for row in rows:
        kinds[row.group, row.label].append(row)
    lines = [
        (group, label, _share(some, lambda r: r.is_right(1)), "; ".join(sorted({r.top for r in some if not r.is_right(1)})))
        for (group, label), some in sorted(kinds.items())
    ]  # fmt: skip
    return _table(("group", "planted", "first", "instead"), lines)


def _rules(rows: Sequence[Judged]) -> str:
    still = [row for row in rows if row.truth == QUIET]
    moved = [row for row in rows if abs(row.step) >= 0.03 and row.truth != QUIET]
    known = [row for row in rows if row.group in ("defect", "negative")]
    lines = [("this clock", _share(moved, lambda r: r.alarm), _share(still, lambda r: r.alarm))]
    for name in rows[0].rules if rows else ():
        lines.append(
            (name, _share(moved, lambda r, n=name: r.rules[n]), _share(still, lambda r, n=name: r.rules[n]))
        )
    answers = [
        ("this engine: defect or not", _share(known, lambda r: (r.good < 0.5) == _is_defect(r))),
        ("always a defect", _share(known, _is_defect)),
        ("the owner is right (a backfill's doing)", _share(known, lambda r: r.truth == "backfill_overwrite")),
    ]
    return (
        _table(("detection, within the week", "moved by 3 points: raised", "quiet: raised"), lines)
        + "\n\n"
        + _table(("verdict", "right"), answers)
    )


def _table(heads: tuple[str, ...], lines: Iterable[tuple[str, ...]]) -> str:
    rows = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return "\n".join(rows + ["| " + " | ".join(line) + " |" for line in lines])
