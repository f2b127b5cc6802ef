"""Migrations run as the owner of the tables and as nobody else."""

from __future__ import annotations


class OwnerMigrates:
    """Database router: schema changes only through the alias `owner`."""

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool:  # noqa: ARG002
        """Whether this alias may change the schema."""
        return db == "owner"
