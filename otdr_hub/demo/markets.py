"""ShopSwift's twelve markets. The company and its carriers are invented."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from metrics.simulate import CarrierSpec, LaneSpec, MarketSpec

SINCE = dt.date(2020, 1, 1)  # all feeds but the new Brazilian one are older than any demonstration

WeekShape = tuple[float, float, float, float, float, float, float]
SEVEN_DAYS: WeekShape = (1.0, 1.05, 1.1, 1.1, 1.15, 0.9, 0.55)
SIX_DAYS: WeekShape = (1.0, 1.1, 1.15, 1.1, 1.15, 0.7, 0.0)


@dataclass(frozen=True)
class _Market:
    """In short: carriers are (code, name, share, log-odds), lanes (from, to, zone, share, log-odds)."""

    code: str
    name: str
    zone: str
    weekly: int  # shipments a week in the real size; only the proportions matter here
    otdr: float
    week: WeekShape
    window_share: float
    carriers: tuple[tuple[str, str, float, float], ...]
    lanes: tuple[tuple[str, str, str, float, float], ...]


NEW_YORK, CHICAGO = "America/New_York", "America/Chicago"
DENVER, LOS_ANGELES = "America/Denver", "America/Los_Angeles"
TORONTO, VANCOUVER, HALIFAX = "America/Toronto", "America/Vancouver", "America/Halifax"
MEXICO_CITY, TIJUANA = "America/Mexico_City", "America/Tijuana"
SAO_PAULO, MANAUS, FORTALEZA = "America/Sao_Paulo", "America/Manaus", "America/Fortaleza"
LONDON, PARIS, BERLIN, ROME = "Europe/London", "Europe/Paris", "Europe/Berlin", "Europe/Rome"
MADRID, AMSTERDAM = "Europe/Madrid", "Europe/Amsterdam"
KOLKATA, TOKYO = "Asia/Kolkata", "Asia/Tokyo"

_MARKETS = (
    _Market(
        "US", "United States", NEW_YORK, 5_412_880, 0.942, SEVEN_DAYS, 0.35,
        (
            ("tallgrass", "Tallgrass Freight", 0.31, 0.10),
            ("bluefinch", "Bluefinch Parcel", 0.26, 0.00),
            ("doorway-us", "Doorway Express", 0.19, 0.15),
            ("quarry-post", "Quarry Post", 0.14, -0.25),
            ("mesa-line", "Mesa Line", 0.10, -0.10),
        ),
        (
            ("east-hub", "northeast", NEW_YORK, 0.24, 0.10),
            ("east-hub", "southeast", NEW_YORK, 0.19, 0.00),
            ("mid-hub", "midwest", CHICAGO, 0.17, 0.10),
            ("mid-hub", "south-central", CHICAGO, 0.13, -0.05),
            ("mid-hub", "mountain", DENVER, 0.06, -0.30),
            ("west-hub", "california", LOS_ANGELES, 0.14, 0.05),
            ("west-hub", "northwest", LOS_ANGELES, 0.05, -0.05),
            ("east-hub", "california", LOS_ANGELES, 0.02, -0.35),
        ),
    ),
    _Market(
        "CA", "Canada", TORONTO, 514_700, 0.926, SIX_DAYS, 0.25,
        (
            ("loonline", "Loonline", 0.44, 0.05),
            ("maple-relay", "Maple Relay", 0.33, 0.05),
            ("granite-post", "Granite Post", 0.23, -0.20),
        ),
        (
            ("ontario-hub", "ontario", TORONTO, 0.41, 0.15),
            ("ontario-hub", "quebec", TORONTO, 0.26, 0.00),
            ("ontario-hub", "atlantic", HALIFAX, 0.08, -0.35),
            ("pacific-hub", "british-columbia", VANCOUVER, 0.25, 0.00),
        ),
    ),
    _Market(
        "MX", "Mexico", MEXICO_CITY, 462_150, 0.897, SIX_DAYS, 0.20,
        (
            ("nopal-envios", "Nopal Envíos", 0.40, 0.10),
            ("correcaminos", "Correcaminos Paquetes", 0.35, 0.00),
            ("sierra-carga", "Sierra Carga", 0.25, -0.20),
        ),
        (
            ("centro-hub", "centro", MEXICO_CITY, 0.46, 0.15),
            ("centro-hub", "bajio", MEXICO_CITY, 0.22, 0.00),
            ("centro-hub", "sureste", MEXICO_CITY, 0.17, -0.30),
            ("norte-hub", "baja-california", TIJUANA, 0.15, -0.05),
        ),
    ),
    _Market(
        "BR", "Brazil", SAO_PAULO, 791_000, 0.872, SEVEN_DAYS, 0.25,
        (
            ("correia", "Correia Encomendas", 0.38, -0.10),
            ("ligeiro", "Ligeiro Cargas", 0.24, 0.10),
            ("rapido-br", "Rápido BR", 0.20, 0.05),
            ("sabia-log", "Sabiá Logística", 0.18, 0.05),
        ),
        (
            ("sudeste-hub", "sao-paulo", SAO_PAULO, 0.36, 0.25),
            ("sudeste-hub", "rio-minas", SAO_PAULO, 0.23, 0.05),
            ("sudeste-hub", "sul", SAO_PAULO, 0.16, 0.05),
            ("sudeste-hub", "norte", MANAUS, 0.06, -0.55),
            ("nordeste-hub", "nordeste", FORTALEZA, 0.15, -0.20),
            ("sudeste-hub", "nordeste", FORTALEZA, 0.04, -0.45),
        ),
    ),
    _Market(
        "UK", "United Kingdom", LONDON, 1_204_560, 0.949, SEVEN_DAYS, 0.45,
        (
            ("pennine", "Pennine Parcels", 0.36, 0.05),
            ("hedgerow", "Hedgerow Couriers", 0.29, 0.00),
            ("swiftlet", "Swiftlet", 0.21, 0.10),
            ("copperbox", "Copperbox", 0.14, -0.25),
        ),
        (
            ("midlands-hub", "london-southeast", LONDON, 0.36, 0.00),
            ("midlands-hub", "midlands", LONDON, 0.22, 0.15),
            ("midlands-hub", "north", LONDON, 0.24, 0.05),
            ("midlands-hub", "scotland", LONDON, 0.12, -0.20),
            ("midlands-hub", "wales-west", LONDON, 0.06, -0.05),
        ),
    ),
    _Market(
        "FR", "France", PARIS, 702_410, 0.940, SIX_DAYS, 0.30,
        (
            ("hirondelle", "Hirondelle Colis", 0.42, 0.05),
            ("relais-vert", "Relais Vert", 0.33, 0.00),
            ("porte-a-vous", "Porte-à-Vous", 0.25, -0.10),
        ),
        (
            ("nord-hub", "ile-de-france", PARIS, 0.33, 0.05),
            ("nord-hub", "nord-est", PARIS, 0.25, 0.10),
            ("sud-hub", "sud-est", PARIS, 0.26, 0.00),
            ("sud-hub", "ouest", PARIS, 0.16, -0.20),
        ),
    ),
    _Market(
        "DE", "Germany", BERLIN, 1_074_000, 0.935, SIX_DAYS, 0.30,
        (
            ("kranich", "Kranich Paket", 0.394, 0.10),
            ("eilbote", "Eilbote", 0.27, 0.00),
            ("rotbuche", "Rotbuche Kurier", 0.26, -0.05),
            ("havelpost", "Havelpost", 0.076, 0.00),
        ),
        (
            ("mitte-hub", "nord", BERLIN, 0.22, 0.05),
            ("mitte-hub", "west", BERLIN, 0.30, 0.05),
            ("mitte-hub", "ost", BERLIN, 0.18, -0.10),
            ("sued-hub", "sued", BERLIN, 0.24, 0.05),
            ("mitte-hub", "sued", BERLIN, 0.06, -0.25),
        ),
    ),
    _Market(
        "IT", "Italy", ROME, 498_330, 0.903, SIX_DAYS, 0.20,
        (
            ("rondine", "Rondine Spedizioni", 0.45, 0.10),
            ("ponte-rapido", "Ponte Rapido", 0.32, 0.00),
            ("vetta-pacchi", "Vetta Pacchi", 0.23, -0.25),
        ),
        (
            ("nord-hub", "nord", ROME, 0.44, 0.20),
            ("nord-hub", "centro", ROME, 0.29, 0.00),
            ("nord-hub", "sud", ROME, 0.19, -0.25),
            ("nord-hub", "isole", ROME, 0.08, -0.45),
        ),
    ),
    _Market(
        "ES", "Spain", MADRID, 471_290, 0.929, SIX_DAYS, 0.25,
        (
            ("golondrina", "Golondrina Envíos", 0.43, 0.05),
            ("meseta", "Meseta Paquetería", 0.34, 0.00),
            ("azahar", "Azahar Urgente", 0.23, -0.10),
        ),
        (
            ("centro-hub", "centro", MADRID, 0.34, 0.15),
            ("centro-hub", "norte", MADRID, 0.23, 0.00),
            ("levante-hub", "levante", MADRID, 0.27, 0.05),
            ("centro-hub", "sur", MADRID, 0.16, -0.20),
        ),
    ),
    _Market(
        "NL", "Netherlands", AMSTERDAM, 268_420, 0.958, SEVEN_DAYS, 0.50,
        (
            ("reiger", "Reiger Bezorgt", 0.48, 0.05),
            ("polderpost", "Polderpost", 0.32, 0.00),
            ("grachtkoerier", "Grachtkoerier", 0.20, -0.10),
        ),
        (
            ("midden-hub", "randstad", AMSTERDAM, 0.52, 0.05),
            ("midden-hub", "noord", AMSTERDAM, 0.16, -0.10),
            ("midden-hub", "oost", AMSTERDAM, 0.18, 0.00),
            ("midden-hub", "zuid", AMSTERDAM, 0.14, 0.00),
        ),
    ),
    _Market(
        "IN", "India", KOLKATA, 1_846_310, 0.910, SEVEN_DAYS, 0.15,
        (
            ("koel-express", "Koel Express", 0.29, 0.10),
            ("banyan-cargo", "Banyan Cargo", 0.25, 0.00),
            ("tez-dak", "Tez Dak", 0.20, 0.05),
            ("ganga-line", "Ganga Line", 0.15, -0.20),
            ("neem-parcels", "Neem Parcels", 0.11, -0.05),
        ),
        (
            ("delhi-hub", "north", KOLKATA, 0.28, 0.05),
            ("mumbai-hub", "west", KOLKATA, 0.24, 0.15),
            ("bengaluru-hub", "south", KOLKATA, 0.27, 0.10),
            ("delhi-hub", "east", KOLKATA, 0.13, -0.30),
            ("delhi-hub", "northeast", KOLKATA, 0.03, -0.60),
            ("mumbai-hub", "central", KOLKATA, 0.05, -0.10),
        ),
    ),
    _Market(
        "JP", "Japan", TOKYO, 1_098_240, 0.973, SEVEN_DAYS, 0.60,
        (
            ("hayabusa-bin", "Hayabusa-bin", 0.46, 0.10),
            ("tsubame", "Tsubame Takuhai", 0.34, 0.00),
            ("midori-unyu", "Midori Un'yu", 0.20, -0.20),
        ),
        (
            ("kanto-hub", "kanto", TOKYO, 0.42, 0.10),
            ("kansai-hub", "kansai", TOKYO, 0.24, 0.05),
            ("kansai-hub", "chubu", TOKYO, 0.14, 0.00),
            ("kanto-hub", "tohoku-hokkaido", TOKYO, 0.11, -0.25),
            ("kansai-hub", "kyushu", TOKYO, 0.09, -0.15),
        ),
    ),
)  # fmt: skip


def shopswift_markets() -> tuple[MarketSpec, ...]:
    """The markets as they were before anything happened; priority 1 is the largest."""
    by_size = sorted(_MARKETS, key=lambda market: -market.weekly)
    return tuple(_spec(market, 1 + by_size.index(market)) for market in _MARKETS)


def _spec(market: _Market, priority: int) -> MarketSpec:
    feed = ((SINCE, f"{market.code.lower()}-feed/1"),)
    return MarketSpec(
        code=market.code,
        name=market.name,
        zone=market.zone,
        share=float(market.weekly),
        otdr=market.otdr,
        carriers=tuple(
            CarrierSpec(code, name, share, feed, delta) for code, name, share, delta in market.carriers
        ),
        lanes=tuple(LaneSpec(*lane) for lane in market.lanes),
        weekdays=market.week,
        window_share=market.window_share,
        priority=priority,
    )
