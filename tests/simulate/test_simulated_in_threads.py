"""Threads make it faster and change nothing: order, numbering and bytes are as from one."""

from __future__ import annotations

import hashlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import duckdb
import numpy as np
import pytest

from metrics.simulate import produce
from metrics.simulate.ahead import in_order
from metrics.simulate.plan import Wish, planned
from metrics.simulate.world import blocks, of_blocks

# Both write keys in another way, which takes a path of its own.
WISHES = (Wish("defect", "join_loss", "BR", 0.3), Wish("defect", "carrier_mapping", "BR", 0.3))


def _scenario(**changes):
    asked = {"days": 15, "orders_per_day": 300, "seed": 3, "markets": ("BR", "DE"), "wishes": WISHES}
    return planned(**(asked | changes))


def test_results_come_in_order_and_little_runs_ahead():
    taken, begun, lock = 0, [], threading.Lock()

    def work(item: int) -> int:
        with lock:
            begun.append(item - taken)
        time.sleep(0.002 * (item % 3))
        return item * item

    with ThreadPoolExecutor(4) as pool:
        for result in in_order(pool, work, range(30), ahead=3):
            assert result == taken**2
            taken += 1
    assert taken == 30
    assert max(begun) <= 3


def test_a_failure_is_raised_where_its_result_was_due():
    with ThreadPoolExecutor(2) as pool:
        results = in_order(pool, lambda item: 6 // item, [3, 2, 0, 1], ahead=2)
        assert [next(results), next(results)] == [2, 3]
        with pytest.raises(ZeroDivisionError):
            next(results)


@pytest.mark.parametrize("markets", [("BR",), ("BR", "DE"), ("BR", "DE", "JP")])
def test_blocks_made_at_the_same_time_are_those_made_one_by_one(markets):
    scenario = _scenario(markets=markets)
    with ThreadPoolExecutor(4) as pool:
        together = list(of_blocks(scenario, lambda block: block, pool, ahead=4))
    for one, other in zip(blocks(scenario), together, strict=True):
        assert (one.market.code, one.monday) == (other.market.code, other.monday)
        assert np.array_equal(one.shipments.number, other.shipments.number)
        assert np.array_equal(one.events.received, other.events.received)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_the_same_seed_gives_the_same_bytes(form, tmp_path):
    digests = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        files = produce(_scenario(), folder, form=form, beside=True)
        digests.append({file.path.name: hashlib.sha256(file.path.read_bytes()).digest() for file in files})
    assert digests[0] == digests[1]


@pytest.mark.parametrize("kind", ["promises", "events", "backfill"])
def test_csv_and_parquet_say_the_same(kind, tmp_path):
    for form in ("csv", "parquet"):
        produce(_scenario(), tmp_path / form, form=form)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        typed = f"read_parquet('{tmp_path}/parquet/{kind}-*.parquet', filename=true)"
        text = f"read_csv('{tmp_path}/csv/{kind}-*.csv', all_varchar=true, filename=true)"
        columns = connection.execute(f"DESCRIBE SELECT * EXCLUDE (filename) FROM {typed}").fetchall()
        moment = "strftime({0}, '%Y-%m-%dT%H:%M:%SZ') AS {0}"
        same = ", ".join(
            moment.format(name) if said.startswith("TIMESTAMP") else name for name, said, *_ in columns
        )
        names, week = ", ".join(name for name, *_ in columns), "parse_filename(filename, true) AS week"
        found = [
            connection.execute(f"SELECT {chosen}, {week} FROM {table} ORDER BY ALL").fetchall()
            for chosen, table in ((same, typed), (names, text))
        ]
    assert found[0] == found[1] != []
