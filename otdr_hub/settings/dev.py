"""One person's machine: plain HTTP on the loopback, the demonstration accounts open."""

from otdr_hub.settings.base import *  # noqa: F403 (settings are read by name)

DEMO_ACCOUNTS = True
# Browsers take plain HTTP on `localhost` for secure; passkeys do not work at 127.0.0.1, which is no name.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
