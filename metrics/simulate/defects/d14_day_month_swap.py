"""Day and month of a delivery are read the wrong way round."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from metrics.simulate.defects.base import Restamped
from metrics.simulate.tables import DAY, Block, Bools, Events, Ints


class DayMonthSwap(Restamped):
    """Deliveries on local days 1 to 12 move to another month; the time of day stays.

    On other days the swap gives no date. Those that land in the future are impossible rows.
    """

    kind = "day_month_swap"
    number = 14
    direction = "either"

    def _fits(self, block: Block, events: Events) -> Bools:
        _, month, day = _parts(block, events)
        result: Bools = (day <= 12) & (day != month)
        return result

    def _occurred(self, block: Block, events: Events, rng: np.random.Generator) -> Ints:  # noqa: ARG002
        year, month, day = _parts(block, events)
        local = events.occurred + block.shipments.offset[events.shipment]
        moved = year + (day - 1).astype("timedelta64[M]")
        first = moved.astype("datetime64[D]").astype(np.int64)
        result: Ints = events.occurred + (first + month - 1 - local // DAY) * DAY
        return result


def _parts(block: Block, events: Events) -> tuple[npt.NDArray[np.datetime64], Ints, Ints]:
    """Year (as January), month and day of the month on the destination's calendar."""
    day = (events.occurred + block.shipments.offset[events.shipment]) // DAY
    date = day.astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    year = date.astype("datetime64[Y]").astype("datetime64[M]")
    number = (month - year).astype(np.int64) + 1
    return year, number, (date - month.astype("datetime64[D]")).astype(np.int64) + 1
