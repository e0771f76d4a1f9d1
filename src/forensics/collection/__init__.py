"""What was collected: who asks like a machine, and what was handed over."""

PACKAGE = "collection"
