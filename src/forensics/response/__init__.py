"""What could be done about a load, what it would have prevented, and whom it would hit."""

PACKAGE = "response"
