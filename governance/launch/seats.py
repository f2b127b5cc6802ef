"""The seats at the go/no-go table: a closed list, each filled from one role."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from django.db import models


class SeatName(models.TextChoices):
    """`value` is stored; `label` is what people read."""

    DPM = "dpm", "DPM"
    FINANCE = "finance", "Finance"
    LEGAL = "legal", "Legal"
    LOGISTICS = "logistics", "Logistics"
    BIZOPS = "bizops", "BizOps"
    DATA_ENGINEERING = "data_engineering", "Data Engineering"
    DATA_SCIENCE = "data_science", "Data Science"


# Who sits here decides; every other seat advises, on the record.
CHAIR: Final = SeatName.DPM

ROLE_OF: Final = MappingProxyType(
    {
        SeatName.DPM: "dpm",
        SeatName.FINANCE: "finance",
        SeatName.LEGAL: "legal",
        SeatName.LOGISTICS: "logistics",
        SeatName.BIZOPS: "bizops",
        SeatName.DATA_ENGINEERING: "data_engineer",
        SeatName.DATA_SCIENCE: "data_owner",
    }
)


def title(name: str) -> str:
    """A seat as people name it: "DPM (chair)", "Finance"."""
    label = str(SeatName(name).label)
    return f"{label} (chair)" if name == CHAIR else label
