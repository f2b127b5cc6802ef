"""Every address of the product, from its own URL configuration, with arguments that lead somewhere.

Nothing here names a route: parameters are filled with whatever the database calls its things, and what is
linked to from a page is followed, for the queries that only links know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice, product
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import psycopg
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
LINK = re.compile(r'(?:href|action|src|data-\w+)="(/[^"#]*)')
NUMBER_KEYS = """
SELECT c.relname, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey)
WHERE i.indisprimary AND i.indnatts = 1 AND a.atttypid IN ('int4'::regtype, 'int8'::regtype)
  AND c.relnamespace = 'public'::regnamespace AND (c.relname LIKE 'governance%' OR c.relname LIKE 'metrics%')
"""
NAMED = (
    "SELECT name FROM governance_metricversion", "SELECT 'P-' || number FROM governance_publication",
    "SELECT 'P-' || number || '-' || left(digest, 8) FROM governance_publication",
    "SELECT digest FROM governance_publication",
)  # fmt: skip
WORDS = (
    "dpm",
    "exec",
    "events",
    "promises",
    "csv",
    "xlsx",
    "pdf",
    "json",
    "print",
    "carrier",
    "block",
    "launch_partial",
    "launch_full",
)
NO_ID = "00000000-0000-4000-8000-000000000000"
PER_ROUTE, PER_QUERY = 3, 2


class Address(NamedTuple):
    """A route of the configuration and one path on it."""

    route: str
    path: str


def routes() -> dict[str, str]:
    """Route -> name, all of them."""
    return dict(_walk(get_resolver()))


def _walk(resolver: URLResolver, prefix: str = "/", space: str = "") -> Iterator[tuple[str, str]]:
    for item in resolver.url_patterns:
        route = prefix + str(item.pattern)
        if isinstance(item, URLPattern):
            yield route, f"{space}{item.name}"
        else:
            yield from _walk(item, route, f"{space}{item.namespace}:" if item.namespace else space)


def route_of(path: str) -> str | None:
    """The route a path leads to."""
    try:
        return "/" + resolve(urlsplit(path).path).route
    except Resolver404:
        return None


def values(admin: psycopg.Connection[Any], markets: list[str]) -> dict[str, list[str]]:
    """What a parameter may be, by its kind; markets come first."""
    numbers = {1, 2, 3}
    for table, column in admin.execute(NUMBER_KEYS).fetchall():
        row = admin.execute(f"SELECT min({column}), max({column}) FROM {table}").fetchone()
        numbers |= {value for value in row or () if value is not None}
    names = [*markets]
    for query in NAMED:
        names += [row[0] for row in admin.execute(query).fetchall()]
    names += WORDS
    return {"int": [str(number) for number in sorted(numbers)], "str": names, "uuid": [NO_ID]}


def _filled(route: str, given: dict[str, list[str]]) -> Iterator[str]:
    kinds = PARAMETER.findall(route)
    lists = [given["int" if kind == "int" else "uuid" if kind == "uuid" else "str"] for kind, _ in kinds]
    for chosen in islice(product(*lists), 400):
        path = route
        for (kind, name), value in zip(kinds, chosen, strict=True):
            path = path.replace(f"<{kind}:{name}>" if kind else f"<{name}>", value, 1)
        yield path


def addresses(
    given: dict[str, list[str]], markets: list[str], status_of: Callable[[str], int], only: str = "/"
) -> tuple[list[Address], list[str]]:
    """Paths that lead somewhere, and routes on which none was found. Where a market leads somewhere, all
    the given `markets` are asked for, hidden or not. `only` is a part of the routes that are wanted."""
    found, unreached = [], []
    for route in (route for route in routes() if only in route):
        paths = []
        for path in _filled(route, given):
            status = status_of(path)
            if status == 200:
                paths.append(path)
            if len(paths) == PER_ROUTE or status == 405:
                break
        if any(f"/{markets[0]}" in path for path in paths):
            parts = [path for path in paths if f"/{markets[0]}" in path][:1]
            paths = [part.replace(f"/{markets[0]}", f"/{code}") for part in parts for code in markets]
        found += [Address(route, path) for path in paths]
        if not paths:
            unreached.append(route)
    return found, unreached


def linked(found: list[Address], text_of: Callable[[str], str], depth: int = 2) -> list[Address]:
    """What the pages lead to besides: a few for each route and set of query names."""
    known, groups = {address.path for address in found}, {}
    more, queue = [], list(found)
    for address in found:
        groups.setdefault(_group(address.path), []).append(address.path)
    for _ in range(depth):
        coming = []
        for address in queue:
            for path in LINK.findall(text_of(address.path)):
                path = path.replace("&amp;", "&")  # noqa: PLW2901
                route = route_of(path)
                group = groups.setdefault(_group(path), [])
                if route is None or path in known or (len(group) >= PER_QUERY and "?" in path):
                    continue
                if "?" not in path and len(group) >= PER_ROUTE:
                    continue
                known.add(path)
                group.append(path)
                coming.append(Address(route, path))
        more += coming
        queue = coming
    return more


def _group(path: str) -> tuple[str | None, tuple[str, ...]]:
    parts = urlsplit(path)
    return route_of(path), tuple(sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}))
