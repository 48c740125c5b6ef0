"""ROUTES: one file for each resource; what comes in and goes out stands in `schemas`."""
