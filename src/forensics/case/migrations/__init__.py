"""Steps from one case version to the next: ``from_N.sql`` brings a case of version N to N + 1."""
