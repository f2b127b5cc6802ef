"""Input: contract, checks, quarantine, batches."""
