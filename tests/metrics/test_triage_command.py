"""`manage.py triage` over the loaded story: the two cases it is about, told, opened, and made again."""

from __future__ import annotations

import json

SHAPE = {
    "market", "period", "observed", "expected", "direction", "hypotheses", "verdict", "proposal", "range",
    "assessment", "case",
}  # fmt: skip


def test_the_story_ends_with_two_open_cases_on_frozen_evidence(demo):
    with demo.connect() as connection:
        found = connection.execute(
            "SELECT c.number, c.market_id, c.origin, count(e.id) FROM governance_case c"
            " LEFT JOIN governance_caseevidence e ON e.case_id = c.number GROUP BY c.number ORDER BY c.number"
        ).fetchall()
    assert [(market, frozen) for _, market, _, frozen in found] == [("BR", 1), ("DE", 1)]
    answer = json.loads(demo.manage("triage", "--open", "--json").stdout)
    assert [(one["market"], one["case"]) for one in answer["cases"]] == [("BR", "C-0001"), ("DE", "C-0002")]
    assert all(set(one) == SHAPE for one in answer["cases"])
    assert [one["direction"] for one in answer["cases"]] == ["up", "down"]
    brazil, germany = answer["cases"]
    assert (brazil["verdict"], brazil["proposal"]) == ("data_defect", "exclude")
    assert germany["verdict"] in ("data_defect", "undetermined")
    assert germany["proposal"] in ("exclude", "hold")
    again = demo.manage("triage", "--again", brazil["assessment"])
    assert "is the same, byte for byte" in again.stdout
    assert "The ledger holds" in demo.manage("verify_ledger").stdout


def test_a_week_that_is_none_and_a_market_that_is_none_are_refused(demo):
    assert "not an ISO week" in demo.manage("triage", "--week", "last", check=False).stderr
    told = json.loads(demo.manage("triage", "--market", "QQ", "--json").stdout)
    assert told == {"cases": []}
