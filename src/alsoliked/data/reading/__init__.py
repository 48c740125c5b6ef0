"""From bytes and frames to judged rows: dialects, columns, what is refused and why."""
