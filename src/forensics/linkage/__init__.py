"""From shared identifiers to actors, with weights in bits and reasons."""
