"""RETRAINING: a new model from what was said since, beside the service and never in a request."""
