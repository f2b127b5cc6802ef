"""The operator's commands on the loaded demonstration: what the story looks like from the inside."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

WEEK = ("--week", "2026-W46", "--as", "data-engineer", "--json")


def asked(database, *arguments, code=0):
    done = database.manage("otdr", *arguments, check=False)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def rate(database, market, week):
    (row,) = asked(database, "--market", market, "--week", week, "--as", "auditor", "--json")["rows"]
    return Fraction(row["on_time"], row["due"])


@pytest.mark.parametrize("by", ["carrier", "lane"])
def test_what_carriers_and_lanes_did_adds_up_to_the_change(loaded_template, by):
    parts = asked(loaded_template, "--market", "DE", "--why", "--by", by, *WEEK)["effects"]["DE"]
    total = sum(Fraction(part["rate"]) + Fraction(part["mix"]) for part in parts.values())
    assert total == rate(loaded_template, "DE", "2026-W46") - rate(loaded_template, "DE", "2026-W45")


def test_germanys_fall_is_one_carriers(loaded_template):
    parts = asked(loaded_template, "--market", "DE", "--why", "--by", "carrier", *WEEK)["effects"]["DE"]
    worst = min(parts, key=lambda name: Fraction(parts[name]["rate"]))
    assert worst == "havelpost"
    assert Fraction(parts[worst]["rate"]) < Fraction(-5, 100)


def test_no_choice_of_promise_or_success_explains_brazils_leap(loaded_template):
    rungs = {
        rung["name"]: Fraction(rung["on_time"], rung["due"])
        for rung in asked(loaded_template, "--market", "BR", "--ladder", *WEEK)["ladders"]["BR"]
    }
    assert next(iter(rungs)) == "as defined"
    for name in ("as defined", "latest promise", "first attempt counts"):
        assert rungs[name] > Fraction(99, 100), name
    # The stamps repeat the promise in local time; read in UTC they fall after the day and give it away.
    assert rungs["days read in UTC"] < Fraction(90, 100)


def test_a_period_that_makes_no_sense_is_said(loaded_template):
    week = ("--as", "auditor", "--json")
    assert "give --week" in asked(loaded_template, "--why", "--by", "carrier", *week, code=1)["error"]
    assert "give --week" in asked(loaded_template, "--ladder", *week, code=1)["error"]
    assert "not an ISO week" in asked(loaded_template, "--week", "46", *week, code=1)["error"]
    assert "not a moment" in asked(loaded_template, "--as-of", "today", *week, code=1)["error"]
