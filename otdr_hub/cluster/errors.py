"""The one error this package raises on purpose."""

from __future__ import annotations


class ClusterError(Exception):
    """What happened, where, and what to do: one line, meant for people. Never holds a password."""
