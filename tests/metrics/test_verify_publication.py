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
        (
            "metrics_vintageweek",
            (
                "UPDATE metrics_vintageweek SET on_time = on_time + 1 WHERE week = '2026-11-09' AND vintage_id ="
                " (SELECT vintage FROM governance_publicationline WHERE market_id = 'NL')"
            ),
            "week 2026-11-09",
        ),
    ],
)
def test_a_number_changed_behind_the_database_is_named(demo, table, statement, where):
    as_superuser(demo, table, statement)
    code, answer = verified(demo)
    assert code == 3
    assert [(finding["market"], finding["where"]) for finding in answer["findings"]] == [("NL", where)]


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
