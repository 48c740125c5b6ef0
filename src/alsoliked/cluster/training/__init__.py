"""TRAINING: gradients on one or many processes, with tables that are split between them by row."""
