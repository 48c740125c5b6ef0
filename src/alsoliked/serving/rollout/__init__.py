"""ROLLOUT: how a candidate comes in: checks, review, shadow, shares; guardrails, and the way back."""
