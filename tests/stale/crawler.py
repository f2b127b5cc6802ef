"""Crawl the database of this environment, a copy made for it; print what was found as one JSON object.

`python -m tests.stale.crawler [--few-roles | --self-test] [--only=PART]`: `--only` takes the routes with PART
in them, `--self-test` two pages made to leak. Exit codes: 0 nothing found, 3 an address is missing from the
list, or leaks.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace

import django
import psycopg
from django.conf import settings

from otdr_hub import cluster
from otdr_hub.lib import clock
from tests.stale.queries import DRAFT
from tests.stale.world import plant, read_world

# One of each kind: who reads, decides, signs, feeds, gives roles, and audits.
FEW = ("executive", "dpm", "auditor", "finance", "data_engineer", "admin")


def add_draft() -> None:
    """A definition that nobody has approved, so that comparing has something to compare."""
    from governance.access.models import User
    from governance.versions.selectors import definition_of, effective_on
    from governance.versions.services import version_propose
    from metrics.otdr.engine import engine_digest

    now = effective_on(clock.now().date())
    assert now is not None
    definition = replace(definition_of(now), name=DRAFT, grace_minutes=4320)
    author = User.objects.get(username="data-engineer")
    version_propose(definition=definition, engine_digest=engine_digest(), reason="to compare", actor=author)


def main() -> int:
    """Plant the figures, then look at every address."""
    django.setup()
    # Files of the pages are not collected here.
    # Figures are changed behind the ledger's back here, and views are broken: each page has to be made anew.
    settings.PAGES_REUSED = False
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    from tests.stale.breaking import listening
    from tests.stale.crawl import ROLES, Crawl
    from tests.stale.leaking import add_leaks

    is_short = bool({"--few-roles", "--self-test"} & set(sys.argv))
    address, secrets = cluster.address(), cluster.load_secrets()
    info = address.conninfo("postgres", secrets.password("postgres"), os.environ["OTDR_DATABASE_NAME"])
    with psycopg.connect(info, autocommit=True) as admin:
        plant(admin)
        world = read_world(admin)
        add_draft()
        with listening() as said:
            crawl = Crawl(admin, world, FEW if is_short else tuple(ROLES))
            crawl.pages = add_leaks(admin) if "--self-test" in sys.argv else []
            crawl.only = next((word[7:] for word in sys.argv if word.startswith("--only=")), "/")
            found = crawl.run()
    log = said.getvalue()
    found["log"] = {"lines": log.count("\n"), "seen": world.read(log).seen}
    print(json.dumps(found, indent=1))
    return 3 if found["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
