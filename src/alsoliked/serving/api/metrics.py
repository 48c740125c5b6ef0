"""Metrics, as Prometheus asks for them."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from alsoliked.serving.api.asking import Asked
from alsoliked.serving.api.fields import Reading
from alsoliked.serving.monitoring.standing import StandingMetrics

__all__ = ["router"]

router = APIRouter(tags=["health"])


@router.get("/metrics", response_class=PlainTextResponse, summary="Figures for Prometheus")
def metrics(service: Asked, _: Reading) -> PlainTextResponse:
    """Return what all workers of this machine counted since the service started, and what stands in the database."""
    standing = CollectorRegistry()
    standing.register(StandingMetrics(service))
    text = generate_latest(service.metrics.gathered()) + generate_latest(standing)
    return PlainTextResponse(text.decode(), media_type=CONTENT_TYPE_PLAIN_0_0_4)
