"""Is a change real or a defect: detection, attribution, checks, corroboration, verdict."""
