"""Is any answer stale? `python -m tests.stale` races readers against the kill switch and checks each answer.

- `world`: the figures of a loaded demonstration, made so large that each can belong to one market only.
- `model`: the checker. It knows events, answers and the order of epochs, and no code of the product.
- `kills`, `reads`, `web`, `faults`: who switches off and on, who reads, and what goes wrong meanwhile.
- `surfaces`: every address that answers with numbers. `crawl` proves that none is missing.
"""
