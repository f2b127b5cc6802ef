"""Every published integer re-derives from its pins, and a changed one is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


def verified(database, name="P-1"):
    done = database.manage("verify_publication", name, "--json", check=False)
    return done.returncode, json.loads(done.stdout)


def as_superuser(database, table, statement):
    with database.connect("postgres") as connection:
        connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS slice_counts_add_up")
        assert connection.execute(statement).rowcount == 1


CHANGED = (
    "metrics_vintageweek",
    (
        "UPDATE metrics_vintageweek SET on_time = on_time + 1 WHERE week = '2026-11-09' AND vintage_id ="
        " (SELECT vintage FROM governance_publicationline WHERE market_id = 'NL')"
    ),
)


def test_the_demonstration_re_derives(loaded_template):
    code, answer = verified(loaded_template)
    assert (code, answer["findings"]) == (0, [])
    assert answer["integers"] > 10_000
    assert verified(loaded_template, answer["digest"][:8]) == (0, answer)


@pytest.mark.parametrize(
    ("table", "statement", "where"),
    [
        (
            "metrics_slice",
            (
                "UPDATE metrics_slice SET on_time = on_time + 1 WHERE digest = (SELECT slice_id FROM"
                " metrics_vintageslice l JOIN governance_publicationline p ON p.vintage = l.vintage_id"
                " WHERE p.market_id = 'NL' AND l.day = '2026-11-11')"
            ),
            "slice 2026-11-11",
        ),
        (*CHANGED, "week 2026-11-09"),
    ],
)
def test_a_number_changed_behind_the_database_is_named(demo, table, statement, where):
    as_superuser(demo, table, statement)
    code, answer = verified(demo)
    assert code == 3
    assert [(finding["market"], finding["where"]) for finding in answer["findings"]] == [("NL", where)]


NIGHT = """
import json
from governance.models import Publication, Shutoff
from metrics.audit.tripwire import act_on
from metrics.audit.verify import verify
publication = Publication.objects.get(number=1)
said = [act_on(publication, verify(publication, ["NL", "BE"])) for _ in range(2)]
print(json.dumps([said, list(Shutoff.objects.values_list("market", "category", "by__username", "reason"))]))
"""


def test_what_the_night_finds_switches_the_market_off_by_itself(demo):
    """Once, and that market alone."""
    as_superuser(demo, *CHANGED)
    done = demo.manage("shell", "--no-imports", "-c", NIGHT)
    said, offs = json.loads(done.stdout.splitlines()[-1])
    assert said == [["NL"], []]
    reason = "A published number does not re-derive from its files: P-1, NL, week 2026-11-09"
    assert offs == [["NL", "guard", "system", reason]]


def test_a_changed_file_is_named(demo):
    with demo.connect() as connection:
        (path,) = connection.execute(
            "SELECT path FROM metrics_lakefile WHERE market = 'NL' AND kind = 'events' ORDER BY path LIMIT 1"
        ).fetchone()
    file: Path = demo.folder / "lake" / path
    kept = file.read_bytes()
    try:
        file.write_bytes(kept[:-1] + b"x")
        code, answer = verified(demo)
    finally:
        file.write_bytes(kept)
    assert code == 3
    assert [finding["where"] for finding in answer["findings"]] == [f"file {path}"]


def test_an_unknown_publication_is_said(loaded_template):
    assert verified(loaded_template, "P-99") == (
        1, {"error": "There is no publication 'P-99'.", "type": "invalid-input"},
    )  # fmt: skip
