"""`python -m tests.governance.write_guards`: guards.json anew, from the migrations as they stand.

To be run after a migration that adds or changes a function, a trigger or a unique key of governance. It
migrates a database of its own and drops it again; read the difference before you commit it.
"""

from __future__ import annotations

import json
import sys

from tests.governance.bench_ledger import database


def main() -> int:
    """Migrate, look, write."""
    with database():
        import django
        from django.core.management import call_command
        from django.db import connections

        django.setup()
        from governance.ledger import guards

        call_command("migrate", database="owner", verbosity=0)
        call_command("database", "grants", verbosity=0)
        found = guards.found()
        connections.close_all()
    guards.FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"{len(found)} guards written to {guards.FILE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
