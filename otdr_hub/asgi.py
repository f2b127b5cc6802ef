"""ASGI entry point. Pages are plain synchronous Django; open pages will hold event streams here."""

import os
from typing import cast

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "otdr_hub.settings.dev")

django = get_asgi_application()

from otdr_hub.limits import App, Limited  # noqa: E402 (needs the settings)

application = Limited(cast(App, django))
