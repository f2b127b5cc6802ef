"""The stored input, as pinned Parquet files."""
