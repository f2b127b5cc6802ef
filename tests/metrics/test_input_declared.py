"""What a delivery declares, the kinds beside promises and events, and the commands that look back."""

from __future__ import annotations

import datetime as dt
import json

import duckdb
import pytest
from django.core.management import call_command

from governance.access.services import account_create, system
from governance.markets.services import MarketRow, markets_load
from governance.models import Entry
from metrics.events.declared import Days, days
from metrics.events.mapping import parse
from metrics.events.selectors import batches, quarantine
from metrics.events.services import batch_ingest
from metrics.lake import pins, store
from metrics.management.progress import Progress
from metrics.models import Batch, LakeFile
from otdr_hub.lib import digest
from otdr_hub.lib.outcome import InvalidInputError, NotAllowedError
from tests.metrics.inputs import EVENTS, GOOD, csv_text, result

WEEK = Days(dt.date(2025, 11, 3), dt.date(2025, 11, 9))
LINES = (",".join(EVENTS), ",".join(GOOD))


@pytest.fixture
def engineer(db, settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    markets_load(rows=[MarketRow("BR", "Brazil", "America/Sao_Paulo", 1)], actor=system())
    return account_create(username="engineer", password="x", roles=["data_engineer"], actor=system())


@pytest.fixture
def file(tmp_path):
    return csv_text(tmp_path / "f.csv", *LINES)


def declare(path, **said):
    content = {"rows": 1, "sha256": digest.of_file(path)} | said
    path.with_name(path.name + ".manifest.json").write_text(json.dumps(content))


def test_a_manifest_that_agrees_is_silent_and_closes_its_days(engineer, file):
    declare(file, closes=str(WEEK))
    batch = batch_ingest(path=file, kind="events", actor=engineer).batch
    assert (batch.closes_from, batch.closes_until) == (WEEK.since, WEEK.until)
    assert json.loads(Entry.objects.last().payload)["closes"] == "2025-11-03..2025-11-09"


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        ({"sha256": "0" * 64}, r"f.csv: its SHA-256 is \w+... and f.csv.manifest.json says 000000000000..."),
        ({"rows": 2}, "f.csv: it holds 1 rows and f.csv.manifest.json says 2; nothing was taken"),
        ({"rows": "1"}, "'rows' must be a whole number"),
        ({"sha256": "x"}, "'sha256' must be 64 hexadecimal characters"),
        ({"closes": "today"}, "'today' are no days; write them like"),
        ({"close": "2025-11-03..2025-11-09"}, "'close' is not known; a manifest has rows, sha256, closes"),
        ({"closes": "2999-01-01..2999-01-02"}, "2999-01-02 has not come yet"),
    ],
)
def test_a_manifest_that_disagrees_refuses_the_file(engineer, file, manifest, said):
    declare(file, **manifest)
    with pytest.raises(InvalidInputError, match=said):
        batch_ingest(path=file, kind="events", actor=engineer)
    assert LakeFile.objects.count() == 0
    assert Batch.objects.get().state == "refused"


def test_a_manifest_that_is_no_json_refuses_the_file(engineer, file):
    file.with_name("f.csv.manifest.json").write_text("{")
    with pytest.raises(InvalidInputError, match=r"f.csv.manifest.json: the manifest cannot be read"):
        batch_ingest(path=file, kind="events", actor=engineer)


def test_caller_and_manifest_must_close_the_same_days(engineer, file):
    declare(file, closes="2025-11-03..2025-11-08")
    with pytest.raises(InvalidInputError, match=r"--closes says 2025-11-03..2025-11-09 and its manifest"):
        batch_ingest(path=file, kind="events", closes=WEEK, actor=engineer)


def test_only_events_close_days(engineer, tmp_path):
    path = csv_text(tmp_path / "c.csv", "market,date,topic,count", "BR,2025-11-03,payment,1")
    with pytest.raises(InvalidInputError, match="only events complete days"):
        batch_ingest(path=path, kind="contacts", closes=WEEK, actor=engineer)


@pytest.mark.parametrize("text", ["2025-11-03", "2025-11-03..x", "a..b..c", "2025-11-09..2025-11-03"])
def test_days_are_written_one_way(text):
    with pytest.raises(InvalidInputError):
        days(text)


def test_the_same_bytes_with_other_days_or_mapping_are_another_delivery(engineer, file):
    layout = parse("columns: {" + ", ".join(f"{name}: {name}" for name in EVENTS) + "}", "events")
    given = [{}, {"closes": WEEK}, {"mapping": layout}, {"mapping": layout, "closes": WEEK}]
    first = [batch_ingest(path=file, kind="events", actor=engineer, **options) for options in given]
    again = [batch_ingest(path=file, kind="events", actor=engineer, **options) for options in given]
    assert [taken.is_new for taken in first + again] == [True] * 4 + [False] * 4
    assert [taken.batch for taken in again] == [taken.batch for taken in first]
    assert first[2].batch.mapping == layout.digest
    assert len({taken.batch.pk for taken in first}) == 4


def test_contacts_and_their_reasons(tmp_path):
    path = csv_text(
        tmp_path / "c.csv", "market,date,topic,count",
        "BR,2025-11-03,late_delivery,12", "ZZ,2025-11-03,payment,1", "BR,03/11/2025,payment,1",
        "BR,2025-11-03,Late Delivery,1", "BR,2025-11-03,payment,-1", "BR,2025-11-03,payment,1.5",
        "BR,2025-02-30,payment,1", "BR,2025-11-03,payment,0",
    )  # fmt: skip
    _, quarantined, good = result(path, "contacts")
    assert quarantined == [
        (3, "unknown_market"), (4, "bad_date"), (5, "bad_topic"), (6, "bad_count"), (7, "bad_count"), (8, "bad_date"),
    ]  # fmt: skip
    assert good[0] == {
        "market": "BR",
        "date": dt.date(2025, 11, 3),
        "topic": "late_delivery",
        "count": 12,
        "line": 2,
    }


def test_carriers_and_their_reasons(tmp_path):
    path = csv_text(
        tmp_path / "c.csv", "carrier,name,valid_from,merged_into",
        "acme,Acme,2025-01-01,", "old,Old,2025-01-01,acme", ",None,2025-01-01,", "a,,2025-01-01,",
        "a,A,soon,", "a,A,2025-01-01,a",
    )  # fmt: skip
    _, quarantined, good = result(path, "carriers")
    assert [reason for _, reason in quarantined] == [
        "bad_carrier",
        "bad_name",
        "bad_valid_from",
        "bad_merged_into",
    ]
    assert [(row["market"], row["carrier"], row["merged_into"]) for row in good] == [
        ("-", "acme", None),
        ("-", "old", "acme"),
    ]


def test_other_kinds_are_stored_and_change_no_runs_question(engineer, tmp_path, file):
    batch_ingest(path=file, kind="events", actor=engineer)
    before = pins.digest_of(pins.current(["BR"]))
    contacts = csv_text(tmp_path / "c.csv", "market,date,topic,count", "BR,2025-11-03,payment,3")
    carriers = csv_text(tmp_path / "k.csv", "carrier,name,valid_from", "acme,Acme,2025-01-01")
    batch_ingest(path=contacts, kind="contacts", actor=engineer)
    batch_ingest(path=carriers, kind="carriers", actor=engineer)
    assert pins.digest_of(pins.current(["BR"])) == before
    (pinned,) = pins.current(["BR"], ["contacts"])
    (path,) = pins.open_files([pinned], "contacts", "BR")
    assert duckdb.execute(f"SELECT date, topic, count FROM '{path}'").fetchall() == [
        (dt.date(2025, 11, 3), "payment", 3)
    ]
    (pinned,) = pins.current(["-"], ["carriers"])
    assert pinned.path.startswith("carriers/market=-/")
    assert store.DeltaTable(str(store.root() / "carriers")).file_uris() == [str(store.root() / pinned.path)]


def test_the_list_of_batches_says_who_when_and_why(engineer, tmp_path, file):
    batch_ingest(path=file, kind="events", closes=WEEK, actor=engineer)
    with pytest.raises(InvalidInputError):
        batch_ingest(path=csv_text(tmp_path / "g.csv", "a,b"), kind="events", actor=engineer)
    taken, refused = batches(actor=engineer)
    assert (taken["state"], taken["by"], taken["closes"]) == (
        "accepted",
        "engineer",
        "2025-11-03..2025-11-09",
    )
    assert (refused["state"], refused["file"]) == ("refused", "g.csv")
    assert refused["problem"].startswith("g.csv: the column 'event_id' is missing")
    assert [row["id"] for row in batches(state="refused", actor=engineer)] == [refused["id"]]


def test_looking_back_takes_a_right(engineer, file):
    batch = batch_ingest(path=file, kind="events", actor=engineer).batch
    reader = account_create(username="reader", password="x", roles=["executive"], actor=system())
    with pytest.raises(NotAllowedError):
        batches(actor=reader)
    with pytest.raises(NotAllowedError):
        quarantine(batch=batch, actor=reader)


def test_the_commands(engineer, tmp_path, capsys):
    path = csv_text(tmp_path / "f.csv", *LINES, LINES[1].replace("BR", "ZZ"), "x")
    call_command("ingest", "events", str(path), "--closes", str(WEEK), "--json")
    number = json.loads(capsys.readouterr().out)["batches"][0]["id"]
    call_command("quarantine", str(number), "--json")
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert rows == [{"line": 3, "reason": "unknown_market"}, {"line": 4, "reason": "malformed_row"}]
    call_command("quarantine", str(number), "--csv", str(tmp_path / "out.csv"))
    assert (tmp_path / "out.csv").read_text().splitlines() == [
        "line,reason",
        "3,unknown_market",
        "4,malformed_row",
    ]
    with pytest.raises(SystemExit):
        call_command("quarantine", str(number), "--csv", str(tmp_path / "out.csv"))
    assert "name a file that is not there yet" in capsys.readouterr().err
    call_command("batches")
    assert (
        "1 of 3 rows, 2 quarantined (1 malformed_row, 1 unknown_market), closes 2025-11-03"
        in capsys.readouterr().out
    )


def test_the_ingest_command_takes_mapping_and_ignored_columns(engineer, tmp_path, capsys):
    path = csv_text(tmp_path / "f.csv", LINES[0] + ",email", LINES[1] + ",a@b.example")
    with pytest.raises(SystemExit):
        call_command("ingest", "events", str(path))
    assert "--ignore-columns email" in capsys.readouterr().err
    call_command("ingest", "events", str(path), "--ignore-columns", "email")
    layout = csv_text(
        tmp_path / "m.yaml", "columns: {" + ", ".join(f"{name}: {name}" for name in EVENTS) + "}"
    )
    call_command("ingest", "events", str(path), "--mapping", str(layout))
    assert list(Batch.objects.filter(state="accepted").values_list("accepted", flat=True)) == [1, 1]


class Terminal:
    """A stream that is, or is not, looked at."""

    def __init__(self, is_watched):
        self.is_watched, self.written = is_watched, ""

    def isatty(self):
        return self.is_watched

    def write(self, text):
        self.written += text

    def flush(self):
        pass


def test_progress_counts_whole_files_and_only_for_people(tmp_path):
    paths = [csv_text(tmp_path / name, "x" * 999) for name in ("a.csv", "b.csv")]
    watched, piped = Terminal(is_watched=True), Terminal(is_watched=False)
    for stream in (watched, piped):
        progress = Progress(stream, [*paths, tmp_path / "missing.csv"])
        progress.begin(paths[0])
        progress.end(paths[0])
        progress.close()
    assert "] 0 of 3 files, 0.0 of 0.0 MB  a.csv" in watched.written
    assert "[############............] 1 of 3 files" in watched.written
    assert piped.written == ""
