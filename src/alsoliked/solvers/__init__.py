"""Closed form: models that are solved rather than trained."""
