"""Who caused the load, what else could explain it, and what would have been without them."""
