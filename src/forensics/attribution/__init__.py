"""Who caused the load, what they took, what else could explain it, what to do."""
