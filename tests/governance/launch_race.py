"""Two in the chair at once, on two connections: `python -m tests.governance.launch_race --count 50`.

The holder and the acting deputy decide at the same moment on the same page. Each time exactly one of them
decides, the other is told; and the decisions of the launch are one line without a fork. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading

import django


def once(launch, people) -> list[str]:
    """One race; what each of the two was told."""
    from governance.decisions import board
    from otdr_hub.lib.outcome import DomainError
    from tests.governance.races import closing
    from tests.launches import decide

    seen = board.read(launch).digest
    barrier, told = threading.Barrier(len(people)), []

    def part(person):
        def run() -> None:
            barrier.wait()
            try:
                decide(launch, "block", reason="Mine.", seen=seen, actor=person)
                told.append("decided")
            except DomainError as error:
                told.append(error.slug)

        return run

    threads = [threading.Thread(target=closing(part(person))) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=50)
    count = parser.parse_args().count
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "otdr_hub.settings.dev")
    django.setup()
    from governance.decisions.models import LaunchDecision
    from governance.launch.selectors import place
    from governance.launch.services import seat_deputy
    from otdr_hub.lib import clock
    from tests.builders import person
    from tests.launches import seated

    launch, today = seated(), clock.now().date()
    seat, deputy = place(launch, "dpm").seat, person("dpm-2", "dpm")
    seat_deputy(seat=seat, deputy=deputy, since=today, until=today, reason="Both here.", actor=seat.holder)
    wrong = [
        told for _ in range(count) if (told := once(launch, [seat.holder, deputy])) != ["decided", "moved"]
    ]
    line = list(LaunchDecision.objects.order_by("pk").values_list("supersedes", flat=True))
    found = list(LaunchDecision.objects.order_by("pk").values_list("pk", flat=True))
    is_line = line == [None, *found[:-1]]
    print(json.dumps({"races": count, "wrong": wrong[:5], "decisions": len(found), "one_line": is_line}))
    return 0 if not wrong and is_line and len(found) == count else 1


if __name__ == "__main__":
    sys.exit(main())
