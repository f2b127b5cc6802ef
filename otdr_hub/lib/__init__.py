"""Small things every room may use: no Django models, no knowledge of metrics or governance."""
