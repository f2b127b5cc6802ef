"""The project package: settings, routes, the executive hub and its demonstration."""
