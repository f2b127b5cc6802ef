"""What goes wrong with files: one exact message each, and nothing of the file taken."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import subprocess
import sys
import zipfile

import pytest

from metrics.events.shape import LONGEST_LINE
from otdr_hub.lib.outcome import InvalidInputError
from tests.conftest import PROJECT
from tests.metrics.inputs import EVENTS, GOOD, csv_text, parquet, result

pytestmark = pytest.mark.faults

HEADER, ROW = ",".join(EVENTS), ",".join(GOOD)
MB = 1_000_000
# Reading garbage may cost this much above an idle process, in bytes: far from what the file has.
BOUND = 500 * MB


def refusal(path, kind="events") -> str:
    with pytest.raises(InvalidInputError) as caught:
        result(path, kind)
    return str(caught.value)


def written(path, data: bytes):
    path.write_bytes(data)
    return path


# --- The file stops half-way.


@pytest.mark.parametrize(
    ("tail", "why"),
    [
        ("e2,s2,BR,deliv", "malformed_row"),
        ("e2,s2,BR,delivered,2026-11-10T12:00:00Z,2026-11-10T12:0", "bad_received_at"),
        ('e2,s2,BR,delivered,2026-11-10T12:00:00Z,"2026-11', "malformed_row"),
    ],
)
def test_a_last_line_that_is_cut_off(tmp_path, tail, why):
    path = written(tmp_path / "f.csv", f"{HEADER}\n{ROW}\n{tail}".encode())
    assert refusal(path) == (
        f"f.csv, line 3: the last line is cut off ({why}, and no line end), so the file is not complete;"
        " nothing was taken. Send it again when it is."
    )


def test_a_last_line_without_line_end_that_is_whole(tmp_path):
    assert result(written(tmp_path / "f.csv", f"{HEADER}\n{ROW}".encode()))[0].accepted == 1


def test_json_lines_cut_off(tmp_path):
    good = json.dumps(dict(zip(EVENTS, GOOD, strict=True)))
    path = written(tmp_path / "f.jsonl", f"{good}\n{good[:40]}".encode())
    assert refusal(path).startswith(
        "f.jsonl, line 2: the last line is cut off (malformed_row, and no line end)"
    )


def test_parquet_cut_off(tmp_path):
    whole = parquet(tmp_path / "w.parquet", "SELECT * FROM range(100000)").read_bytes()
    path = written(tmp_path / "f.parquet", whole[: len(whole) // 2])
    assert refusal(path).startswith(
        "f.parquet: cannot be read as Parquet; nothing was taken. Invalid Input Error: No magic bytes"
    )


# --- Encoding, columns, quotes.


def test_the_wrong_encoding(tmp_path):
    path = written(tmp_path / "f.csv", f"{HEADER},origin\n{ROW},Rio\n{ROW},São Paulo\n".encode("latin-1"))
    assert refusal(path) == (
        "f.csv, line 3: cannot be read as UTF-8 CSV; nothing was taken. Save the file as UTF-8."
    )
    path = written(tmp_path / "f.csv", f"{HEADER}\n{ROW}\n".encode("utf-16"))
    assert refusal(path) == "f.csv: cannot be read as UTF-8: it is written in UTF-16. Save it as UTF-8."
    path = written(tmp_path / "f.csv", "événement\n".encode("latin-1"))
    assert refusal(path) == "f.csv, line 1: cannot be read as UTF-8 CSV. Save the file as UTF-8."


def test_a_missing_column(tmp_path):
    path = csv_text(tmp_path / "f.csv", HEADER.replace(",occurred_at", ""), ROW)
    assert refusal(path) == (
        "f.csv: the column 'occurred_at' is missing; events need event_id, shipment_id, market, type,"
        " occurred_at, received_at."
    )


def test_a_quote_that_would_swallow_the_rest(tmp_path):
    path = csv_text(tmp_path / "f.csv", HEADER, ROW, ROW.replace("s1", '"s1'), ROW, ROW)
    assert refusal(path) == (
        "f.csv, line 3: a quote opens and does not close in its line, so the lines after it would be lost;"
        " nothing was taken. Close it, or double it if it is part of the text."
    )


# --- Garbage, much of it.

GARBAGE = {
    "noise.csv": (
        lambda: random.Random(1).randbytes(40 * MB),  # noqa: S311 (noise)
        "noise.csv, line 1: cannot be read as UTF-8 CSV. Save the file as UTF-8.",
    ),
    "noise-after-header.csv": (
        lambda: f"{HEADER}\n".encode() + random.Random(1).randbytes(40 * MB),  # noqa: S311 (noise)
        "noise-after-header.csv: most of its lines have not the header's 6 columns (look near byte ",
    ),
    "prose.csv": (
        lambda: f"{HEADER}\n".encode() + b"lorem ipsum dolor sit amet\n" * 1_500_000,
        "prose.csv: most of its lines have not the header's 6 columns (look near byte 0); nothing was taken.",
    ),
    "prose.jsonl": (
        lambda: b"lorem ipsum dolor sit amet\n" * 1_500_000,
        "prose.jsonl: most of its lines have not one JSON object (look near byte 0);",
    ),
    "one-line.csv": (
        lambda: f"{HEADER}\n".encode() + b"x" * 40 * MB,
        f"one-line.csv, from byte {LONGEST_LINE:,}: no line ends within {LONGEST_LINE:,} bytes, so this is no row;",
    ),
    "zeros.csv": (lambda: bytes(40 * MB), "zeros.csv, line 1: no line ends within the first 65,536 bytes;"),
    "zeros.jsonl": (
        lambda: bytes(40 * MB),
        f"zeros.jsonl, from byte 0: no line ends within {LONGEST_LINE:,} bytes, so this is no row;",
    ),
}
READ = r"""
import re, sys
from pathlib import Path
import django
django.setup()
from tests.metrics.inputs import result
# Not ru_maxrss: that begins with what the process had before it became another program.
def highest():
    return 1024 * int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1])
idle = highest()
try:
    result(Path(sys.argv[1]))
except Exception as error:
    print(type(error).__name__, error)
print(highest() - idle)
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="memory is measured by Linux")
@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_is_refused_with_bounded_memory(tmp_path, name):
    make, said = GARBAGE[name]
    path = written(tmp_path / name, make())
    done = subprocess.run(
        [sys.executable, "-c", READ, path],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    *message, used = done.stdout.splitlines()
    assert "\n".join(message).startswith(f"InvalidInputError {said}")
    assert int(used) < BOUND


def test_a_line_longer_than_any_row(tmp_path):
    path = csv_text(tmp_path / "f.csv", HEADER, ROW, ROW.replace("s1", "x" * 2 * LONGEST_LINE), ROW)
    assert refusal(path).startswith(f"f.csv, from byte {LONGEST_LINE:,}: no line ends within 1,048,576 bytes")


def test_more_lines_without_shape_than_are_kept(tmp_path):
    # Too few in the samples to be seen before, too many for the parser to keep.
    path = csv_text(tmp_path / "f.csv", HEADER, *[ROW] * 10, *['"a"b,c'] * 60_000)
    assert refusal(path).startswith("f.csv, from line 12: more than ")


# --- Compressed files.


def _zip(data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("f.csv", data)
    return packed.getvalue()


@pytest.mark.parametrize(("pack", "kind"), [(gzip.compress, "gzip"), (_zip, "zip")])
@pytest.mark.parametrize("name", ["bomb.csv", "bomb.csv.gz", "bomb.parquet"])
def test_a_compressed_file_is_not_unpacked(tmp_path, pack, kind, name):
    path = written(tmp_path / name, pack(bytes(20 * MB)))
    assert refusal(path) == (
        f"{name}: this is a {kind} file. Compressed files are not taken, since they may unpack to any size:"
        " unpack it and send what is inside."
    )
