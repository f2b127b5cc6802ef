"""Six invented markets of very different shape, for `simulate`: carriers 3..12, lanes 6..40."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from metrics.simulate.scenario import FLAT_WEEK, CarrierSpec, LaneSpec, MarketSpec

REMOTE = 1.2  # log-odds: a region far away has two to three times the late parcels
SINCE = dt.date(2020, 1, 1)  # all feeds are older than any simulated day
CARRIERS = (
    "alder", "birch", "cedar", "dogwood", "elm", "fir",
    "ginkgo", "hazel", "ironwood", "juniper", "larch", "maple",
)  # fmt: skip
SIX_DAYS = (1.0, 1.1, 1.15, 1.1, 1.15, 0.7, 0.0)
SEVEN_DAYS = (1.0, 1.05, 1.1, 1.1, 1.15, 0.9, 0.55)


@dataclass(frozen=True)
class _Preset:
    """`regions` by zone; every hub serves every region. `share` is relative, `otdr` a ratio."""

    code: str
    name: str
    share: float
    otdr: float
    week: tuple[float, float, float, float, float, float, float]
    windows: float
    carriers: int
    hubs: tuple[str, ...]
    regions: dict[str, tuple[str, ...]]


_PRESETS = (
    _Preset(
        "US", "United States", 40, 0.942, SEVEN_DAYS, 0.35, 12,
        ("east-hub", "mid-hub", "south-hub", "west-hub"),
        {
            "America/New_York": ("northeast", "southeast", "florida"),
            "America/Chicago": ("midwest", "texas", "plains", "gulf"),
            "America/Denver": ("mountain",),
            "America/Los_Angeles": ("california", "northwest"),
        },
    ),
    _Preset(
        "BR", "Brazil", 14, 0.872, SEVEN_DAYS, 0.25, 5, ("sudeste-hub", "sul-hub", "nordeste-hub"),
        {
            "America/Sao_Paulo": ("sao-paulo", "rio-minas", "sul", "centro"),
            "America/Fortaleza": ("nordeste",),
            "America/Manaus": ("norte",),
        },
    ),
    _Preset(
        "DE", "Germany", 16, 0.935, SIX_DAYS, 0.30, 4, ("mitte-hub", "sued-hub"),
        {"Europe/Berlin": ("nord", "west", "ost", "sued", "bayern", "hessen", "sachsen", "berlin")},
    ),
    _Preset(
        "UK", "United Kingdom", 15, 0.949, SEVEN_DAYS, 0.45, 6, ("midlands-hub", "north-hub"),
        {"Europe/London": ("england", "scotland", "wales")},
    ),
    _Preset(
        "IN", "India", 24, 0.910, SEVEN_DAYS, 0.15, 8, ("delhi-hub", "mumbai-hub", "bengaluru-hub"),
        {"Asia/Kolkata": ("north", "west", "south", "east", "northeast", "central", "coast", "hills")},
    ),
    _Preset(
        "JP", "Japan", 15, 0.973, FLAT_WEEK, 0.60, 3, ("kanto-hub", "kansai-hub"),
        {"Asia/Tokyo": ("kanto", "kansai", "chubu", "tohoku", "hokkaido", "kyushu")},
    ),
)  # fmt: skip
CODES = tuple(preset.code for preset in _PRESETS)


def preset_markets(codes: tuple[str, ...] = CODES) -> tuple[MarketSpec, ...]:
    """The markets of these codes. Raises ValueError for a code that is none of `CODES`."""
    known = {preset.code: (number, preset) for number, preset in enumerate(_PRESETS, start=1)}
    missing = [code for code in codes if code not in known]
    if missing:
        raise ValueError(f"there is no market '{missing[0]}', only {', '.join(CODES)}")
    return tuple(_market(preset, number) for number, preset in (known[code] for code in dict.fromkeys(codes)))


def _market(preset: _Preset, priority: int) -> MarketSpec:
    prefix = preset.code.lower()
    feed = ((SINCE, f"{prefix}-feed/1"),)
    carriers = tuple(
        CarrierSpec(f"{prefix}-{name}", name.title(), 1 / (1 + n), feed, otdr_delta=(0.1, 0.0, -0.15)[n % 3])
        for n, name in enumerate(CARRIERS[: preset.carriers])
    )
    return MarketSpec(
        code=preset.code,
        name=preset.name,
        zone=next(iter(preset.regions)),
        share=preset.share,
        otdr=preset.otdr,
        carriers=carriers,
        lanes=tuple(_lanes(preset)),
        weekdays=preset.week,
        window_share=preset.windows,
        priority=priority,
    )


def _lanes(preset: _Preset) -> list[LaneSpec]:
    """Each region gets most from one hub; what comes from farther away is later, the last region remote."""
    result = []
    regions = [(zone, name) for zone, names in preset.regions.items() for name in names]
    for n, (zone, region) in enumerate(regions):
        for m, hub in enumerate(preset.hubs):
            away = (m - n) % len(preset.hubs)
            delta = -0.15 * away - REMOTE * (n == len(regions) - 1)
            result.append(LaneSpec(hub, region, zone, 1 / (1 + n) / (1 + 2 * away), delta))
    return result
