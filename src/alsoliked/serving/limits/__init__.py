"""LIMITS: how often, how much, from where; and what every answer says to a browser."""
