"""The seats at the go/no-go table: a closed list, each filled from one role."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override


class SeatName(models.TextChoices):
    """`value` is stored; `label` is what people read."""

    DPM = "dpm", gettext_noop("DPM")
    FINANCE = "finance", gettext_noop("Finance")
    LEGAL = "legal", gettext_noop("Legal")
    LOGISTICS = "logistics", gettext_noop("Logistics")
    BIZOPS = "bizops", gettext_noop("BizOps")
    DATA_ENGINEERING = "data_engineering", gettext_noop("Data Engineering")
    DATA_SCIENCE = "data_science", gettext_noop("Data Science")


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
    label = _(SeatName(name).label)
    return _("%(seat)s (chair)") % {"seat": label} if name == CHAIR else label


def recorded(name: str) -> str:
    """The same in the source's words, for the ledger: what is on record is so in every language."""
    with override(None):
        return title(name)
