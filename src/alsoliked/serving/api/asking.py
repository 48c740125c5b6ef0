"""What every route asks for: the service of this worker."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from alsoliked.serving.service import Service

__all__ = ["Asked"]


async def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Asked = Annotated[Service, Depends(_service)]
