"""ASGI entry point. Pages are plain synchronous Django; open pages will hold event streams here."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "otdr_hub.settings.dev")

application = get_asgi_application()
