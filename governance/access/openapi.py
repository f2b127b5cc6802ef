"""How the schema of the API tells of tokens. Read by drf-spectacular, which finds extensions by import."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself
    """`Authorization: Bearer otdr_...`."""

    target_class = "governance.access.api.BearerAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:  # noqa: ARG002 (the library's)
        """As OpenAPI names it."""
        return {"type": "http", "scheme": "bearer", "description": "A token; see /accounts/tokens/."}
