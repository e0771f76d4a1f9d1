"""Which accounts took part in a load that somebody is blamed for, how that is known, and whose they may have been."""
