"""Contents page of metrics' tables, in the direction a number travels.

files -> events -> lake -> recompute -> periods; a room imports only those its number came from,
except that events stores through lake, so lake knows nothing of events.
"""

from metrics.assessments.models import Assessment
from metrics.events.models import Batch, QuarantinedRow
from metrics.lake.models import LakeFile
from metrics.periods.models import PeriodLock, Restatement
from metrics.recompute.models import (
    CarrierName,
    Cell,
    EffectTable,
    Pin,
    Run,
    RunVintage,
    Slice,
    Vintage,
    VintageBreakout,
    VintageSlice,
    VintageWeek,
)
from metrics.uploads.models import Upload

__all__ = [
    "Assessment",
    "Batch",
    "CarrierName",
    "Cell",
    "EffectTable",
    "LakeFile",
    "PeriodLock",
    "Pin",
    "QuarantinedRow",
    "Restatement",
    "Run",
    "RunVintage",
    "Slice",
    "Upload",
    "Vintage",
    "VintageBreakout",
    "VintageSlice",
    "VintageWeek",
]
