"""ASGI entry point. Pages are plain synchronous Django; the streams of open pages are held in front of it."""

import os
from typing import cast

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "otdr_hub.settings.dev")
django.setup(set_prefix=False)

from otdr_hub.hub.live.streams import Live  # noqa: E402 (needs the settings)
from otdr_hub.limits import App, Limited  # noqa: E402 (Django is set up first)
from otdr_hub.threads import OneThread  # noqa: E402 (Django is set up first)

application = Live(Limited(cast(App, OneThread())))
