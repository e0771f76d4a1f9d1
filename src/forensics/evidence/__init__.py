"""Finding, hashing, classifying and verifying evidence; the custody chain; repeated lines and tiers."""
