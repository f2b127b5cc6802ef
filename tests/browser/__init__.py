"""The pages as a reader meets them: the real server on the demonstration, in a real browser."""
