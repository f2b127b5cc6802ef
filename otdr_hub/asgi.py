"""ASGI entry point. Pages are plain synchronous Django; the streams of open pages are held in front of it."""

import os
from typing import cast

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "otdr_hub.settings.dev")

django = get_asgi_application()

from otdr_hub.hub.live.streams import Live  # noqa: E402 (needs the settings)
from otdr_hub.limits import App, Limited  # noqa: E402

application = Live(Limited(cast(App, django)))
