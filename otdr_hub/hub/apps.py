"""The hub as a Django app: pages only, no tables."""

from __future__ import annotations

from django.apps import AppConfig


class HubConfig(AppConfig):
    """Executive pages built from a guarded reading."""

    name = "otdr_hub.hub"
    label = "hub"

    def ready(self) -> None:
        """Let tasks sent from pages and commands go through our broker, as the worker's do."""
        from otdr_hub import celery  # noqa: PLC0415, F401 (makes it the current application)
