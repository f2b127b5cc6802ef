"""Definitions where the counts are: what a change does to the numbers, and the pages of versions."""
