"""Account, payment and identifier exports of other systems, recognised by their headers."""
