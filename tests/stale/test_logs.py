"""What the race keeps of a server's log: whose fault a bare 500 was has to be found out from it."""

from __future__ import annotations

from pathlib import Path

from tests.stale.logs import broken

_LOG = """\
2026-11-27 03:12:37,133 WARNING django.request: Not Found: /x
2026-11-27 03:12:37,140 ERROR django.request: Internal Server Error: /kill-switch/
Traceback (most recent call last):
  File "views.py", line 3, in switch
ValueError: no such pool
2026-11-27 03:12:38,133 ERROR governance.ledger: the ledger's checkpoints do not keep up
"""


def test_the_traceback_of_a_500_is_kept_and_nothing_else(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    assert broken(log) == []
    log.write_text(_LOG * 9, "utf-8")
    found = broken(log)
    assert len(found) == 5
    assert {one.splitlines()[0].split("ERROR ")[1] for one in found} == {
        "django.request: Internal Server Error: /kill-switch/"
    }
    assert {one.splitlines()[-1] for one in found} == {"ValueError: no such pool"}
