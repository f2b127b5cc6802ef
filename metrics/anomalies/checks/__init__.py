"""The integrity checks, one module per known defect; `registry.CHECKS` lists them in order."""
