"""`python -m tests.bench`: how fast the product is, beside a floor and a query written by hand."""
