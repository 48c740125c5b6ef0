"""KEYS: who may do what: read, write, operate."""
