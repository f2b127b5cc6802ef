"""What the person at the terminal gets to read."""

from __future__ import annotations

import sys

ACCOUNTS = (
    "exec, dpm, finance, finance-2, legal, legal-2, logistics, logistics-2, "
    "bizops, admin, data-owner, data-engineer, auditor"
)


def say(line: str) -> None:
    """One line, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def complain(line: str) -> None:
    """One line of trouble, at once."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def welcome(url: str, *, demo: bool) -> None:
    """The address and, for the demonstration, who can sign in and where to look first."""
    say("")
    say(f"  OTDR Hub is ready at {url}  (Ctrl-C stops everything)")
    if demo:
        say("")
        say(f"  Accounts: {ACCOUNTS}")
        say("  Password of each: otdr-demo")
        say("  Tour: sign in as exec. Ten markets are shown; Brazil and Germany are not decided yet. Then:")
        say("    what the hub does not show    .venv/bin/python manage.py otdr --market BR --market DE")
        say("    a market off: reload after    .venv/bin/python manage.py shutoff NL -c other --as admin")
        say("    every act so far, chained     .venv/bin/python manage.py verify_ledger")
    say("")
