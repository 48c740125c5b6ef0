"""What every route asks for: the service of this worker."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from alsoliked.serving.service import Service

__all__ = ["Asked", "service_of"]


def service_of(request: Request) -> Service:
    """Return the service of this worker."""
    service: Service = request.app.state.service
    return service


async def _service(request: Request) -> Service:
    return service_of(request)


Asked = Annotated[Service, Depends(_service)]
