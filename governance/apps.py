"""The governance application."""

from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    """Versions, sign-offs, scope, kill switch, publication and the ledger."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "governance"

    def ready(self) -> None:
        """Rooms say what a complete set of signatures changes; the door raises its alarms."""
        import governance.access.alarms  # noqa: PLC0415 (apps are loaded first)
        import governance.decisions.own  # noqa: PLC0415 (apps are loaded first)
        import governance.majeure.services  # noqa: PLC0415 (apps are loaded first)
        import governance.publication.unseen  # noqa: PLC0415 (apps are loaded first)
        import governance.requirements.services  # noqa: PLC0415 (apps are loaded first)
        import governance.scope.services  # noqa: PLC0415 (apps are loaded first)
        import governance.versions.services  # noqa: PLC0415, F401 (each registers its act)
