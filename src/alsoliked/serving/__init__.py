"""SERVING: a model put in front of people: HTTP, store, rollout, monitoring, pages (extra `serve`)."""
