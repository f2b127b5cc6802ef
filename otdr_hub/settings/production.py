"""Behind TLS. DATABASE_URL, OTDR_* secrets and OTDR_ALLOWED_HOSTS come from the environment."""

from otdr_hub.settings.base import *  # noqa: F403 (settings are read by name)

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_NAME = "__Host-session"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_COOKIE_SECURE = True
# Whoever decides, signs or gives roles (`governance.access.policy.DECIDING`).
SECOND_FACTOR_ROLES = frozenset({"admin", "dpm", "finance", "legal", "logistics"})
