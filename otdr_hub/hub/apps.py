"""The hub as a Django app: pages only, no tables."""

from __future__ import annotations

from django.apps import AppConfig


class HubConfig(AppConfig):
    """Executive pages built from a guarded reading."""

    name = "otdr_hub.hub"
    label = "hub"
