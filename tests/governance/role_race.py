"""A role taken away against a signature in it, on two connections: `python -m tests.governance.role_race`.

Each case begins one of the two acts and holds its transaction open while the other one starts; then the first
commits. The other must have waited, and must act on what the first left. Prints one JSON object: case -> what
each act was told and whether the second waited; and what the record's own check says afterwards.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

import django

Act = Callable[[], Any]
GIVEN = "given another role"
KINDS = ("revoked", "closed", "deputy withdrawn", "deputy's principal revoked")


def told(act: Act) -> str:
    """What whoever acts is told."""
    from otdr_hub.lib.outcome import DomainError

    try:
        act()
    except DomainError as error:
        return error.slug
    return "done"


def ordered(first: Act, second: Act) -> dict[str, object]:
    """The second starts while the first has acted and not committed."""
    from django.db import transaction

    from tests.governance.races import closing

    said, acted, commit = {"first": "", "second": ""}, threading.Event(), threading.Event()

    def begin() -> None:
        with transaction.atomic():
            said["first"] = told(first)
            acted.set()
            commit.wait(30)

    def follow() -> None:
        said["second"] = told(second)

    threads = [threading.Thread(target=closing(part)) for part in (begin, follow)]
    threads[0].start()
    acted.wait(30)
    threads[1].start()
    threads[1].join(0.7)
    waited = threads[1].is_alive()
    commit.set()
    for thread in threads:
        thread.join(30)
    return {**said, "waited": waited}


def asked(name: str) -> Any:
    """A request of its own that Finance was silent on and that was passed on to deputies."""
    from governance.signoffs.services import request_escalate, request_open
    from otdr_hub.lib import clock
    from tests.builders import person

    digest = hashlib.sha256(name.encode()).hexdigest()
    request = request_open(
        act="scope", summary=name, lines=[(digest, name)], actor=person("dpm"),
        answer_by=clock.now() - dt.timedelta(hours=1),
    )  # fmt: skip
    request_escalate(request=request, role="finance", actor=person("dpm"))
    return request


def pair(kind: str, name: str) -> tuple[Act, Act]:
    """(Taking away what entitles a person, or giving more; that person's signature.)"""
    from governance.access.deputies.services import deputy_name, deputy_withdraw
    from governance.access.services import account_close, role_grant, role_revoke
    from otdr_hub.lib import clock
    from tests import builders
    from tests.builders import person

    request, day, admin = asked(name), clock.now().date(), person("admin")
    why: dict[str, Any] = {"reason": "Left.", "actor": admin}
    signer = holder = person(f"holder-{name}", "finance")
    if "deputy" in kind:
        signer, until = person(f"deputy-{name}", "bizops"), day + dt.timedelta(days=1)
        given = deputy_name(person=holder, deputy=signer, role="finance", since=day, until=until, **why)
    taking: dict[str, Act] = {
        "revoked": lambda: role_revoke(user=holder, role="finance", **why),
        GIVEN: lambda: role_grant(user=holder, role="bizops", **why),
        "closed": lambda: account_close(user=holder, **why),
        "deputy withdrawn": lambda: deputy_withdraw(deputyship=given, **why),
        "deputy's principal revoked": lambda: role_revoke(user=holder, role="finance", **why),
    }
    return taking[kind], lambda: builders.answer(request, "finance", signer)


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "otdr_hub.settings.dev")
    django.setup()
    from governance.audit.review import review
    from tests import builders

    builders.required("scope", *builders.DEPARTMENTS)
    found: dict[str, object] = {}
    for number, kind in enumerate((*KINDS, GIVEN)):
        taking, signing = pair(kind, f"{number}-after")
        found[f"signed, {kind}"] = ordered(signing, taking)
        taking, signing = pair(kind, f"{number}-before")
        found[f"{kind}, signed"] = ordered(taking, signing)
    print(json.dumps({"cases": found, "problem": review().problem}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
