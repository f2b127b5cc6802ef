"""Decide: go or no-go on one guided page, and the minutes of what was decided."""
