"""The benchmark of triage: worlds with a known truth, judged by the product and by simpler rules beside it."""
