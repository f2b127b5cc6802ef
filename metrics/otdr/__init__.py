"""The definition as a query, and the engine that runs it. Knows files and counts, no database."""
