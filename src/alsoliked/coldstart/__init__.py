"""Cold start: what to say to, and of, those without ratings."""
