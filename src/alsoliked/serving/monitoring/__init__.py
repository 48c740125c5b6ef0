"""MONITORING: what is served, how well, to whom, over time."""
