"""`simulate` as a command: what it writes and says, how it ends, and that it needs no database."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

PROJECT = Path(__file__).resolve().parents[2]
SMALL = ("--days", "8", "--orders-per-day", "200", "--seed", "5")


def _refused(capsys, *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as left:
        call_command("simulate", *arguments)
    return int(left.value.code), capsys.readouterr().err


def test_it_writes_every_kind_of_file_and_answers_with_one_object(tmp_path, capsys):
    out = tmp_path / "out"
    call_command("simulate", str(out), *SMALL, "--markets", "BR,JP", "--json", "--truth")
    answer = json.loads(capsys.readouterr().out)
    kinds = {path.name.split("-")[0] for path in out.iterdir()}
    assert kinds == {
        "backfill", "carriers.csv", "contacts", "events", "markets.csv", "promises", "truth.json",
    }  # fmt: skip
    assert answer["files"] == len(list(out.iterdir())) - 1
    assert answer["events"] > 3 * answer["promises"] * 0.9 > 0
    assert json.loads((out / "truth.json").read_text()) == {"seed": 5, "defects": [], "changes": []}
    assert [line.split(",")[0] for line in (out / "markets.csv").read_text().splitlines()] == [
        "code",
        "BR",
        "JP",
    ]


def test_without_truth_there_is_none_and_the_text_says_how_much(tmp_path, capsys):
    call_command("simulate", str(tmp_path), *SMALL, "--markets", "JP", "--format", "parquet")
    assert not (tmp_path / "truth.json").exists()
    assert {path.suffix for path in tmp_path.glob("events-*")} == {".parquet"}
    assert " events in " in capsys.readouterr().out


def test_details_belong_to_what_was_begun_before_them(tmp_path):
    call_command(
        "simulate", str(tmp_path), *SMALL, "--truth",
        "--defect", "6", "--market", "BR", "--severity", "0.3", "--hours", "60", "--carrier", "br-birch",
        "--change", "strike", "--market", "DE", "--from", "2026-09-02", "--until", "2026-09-03",
        "--defect", "join_loss", "--market", "US", "--batch", "live",
    )  # fmt: skip
    truth = json.loads((tmp_path / "truth.json").read_text())
    late, lost = truth["defects"]
    assert (late["kind"], late["severity"], late["hours"]) == ("late_feed", 0.3, 60)
    assert (late["scope"]["market"], late["scope"]["carrier"]) == ("BR", "br-birch")
    assert (lost["number"], lost["severity"], lost["scope"]["batch"]) == (10, 1.0, "live")
    change = truth["changes"][0]
    assert (change["kind"], change["scope"]["carrier"]) == ("strike", "de-alder")
    assert change["scope"]["last_day"] == "2026-09-03"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--defect", "sunshine", "--market", "BR"), "no defect 'sunshine'"),
        (("--defect", "1"), "needs a --market"),
        (("--defect", "1", "--market", "BR", "--severity", "2"), "severity"),
        (("--markets", "BR,XX"), "no market 'XX'"),
    ],
)
def test_wrong_use_ends_with_two_and_writes_nothing(asked, said, tmp_path, capsys):
    code, text = _refused(capsys, str(tmp_path / "out"), *SMALL, *asked)
    assert code == 2
    assert said in text
    assert not (tmp_path / "out").exists()


def test_a_detail_without_anything_begun_is_refused(tmp_path):
    with pytest.raises(CommandError, match="has to come after one"):
        call_command("simulate", str(tmp_path), *SMALL, "--market", "BR")


def test_a_folder_with_files_in_it_is_left_alone(tmp_path, capsys):
    (tmp_path / "events-2026-W40.csv").write_text("mine")
    code, text = _refused(capsys, str(tmp_path), *SMALL)
    assert (code, "not empty" in text) == (1, True)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]


def test_from_the_shell_wrong_use_is_two(tmp_path):
    done = subprocess.run(
        [sys.executable, "manage.py", "simulate", str(tmp_path), "--days", "many"],
        cwd=PROJECT, check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
