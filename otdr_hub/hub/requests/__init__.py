"""Requests for more of the metric: what is asked, what it would take, what was decided, what is answered."""
