"""Simulated worlds: input files of contract v1 for demonstrations, drills, tests and benchmarks."""

from metrics.simulate.scenario import CarrierSpec, LaneSpec, MarketSpec, Scenario
from metrics.simulate.write import Delivery, produce

__all__ = ["CarrierSpec", "Delivery", "LaneSpec", "MarketSpec", "Scenario", "produce"]
