"""FROM A REQUEST TO A LIST: which model, what the person said since, the chain when something fails."""
