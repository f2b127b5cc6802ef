"""Work done in threads, its results taken in the order in which it was asked for."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

A = TypeVar("A")
R = TypeVar("R")


def in_order(pool: Executor, work: Callable[[A], R], items: Iterable[A], ahead: int) -> Iterator[R]:
    """The result for each item, in order; at most `ahead` are under way or wait to be taken.

    Item n is begun only after the result of item n - `ahead` was taken.
    """
    waiting: deque[Future[R]] = deque()
    for item in items:
        if len(waiting) == ahead:
            yield waiting.popleft().result()
        waiting.append(pool.submit(work, item))
    while waiting:
        yield waiting.popleft().result()
