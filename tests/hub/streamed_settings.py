"""The settings of a server with one streamed export, for `test_in_flight.py`."""

from otdr_hub.settings.dev import *  # noqa: F403 (settings are read by name)

ROOT_URLCONF = "tests.hub.streamed"
