"""Spans: where the time of a request goes, for OpenTelemetry where that is configured, and for nobody else."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, event

from alsoliked.errors import MissingExtraError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

__all__ = ["ENDPOINT", "Spans", "configured"]

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
NAME = "alsoliked"


class Spans:
    """Spans of one worker; without a provider they are nothing and cost nothing.

    Parameters
    ----------
    provider
        An OpenTelemetry tracer provider; None: there is none.
    """

    def __init__(self, provider: TracerProvider | None = None) -> None:
        self._provider = provider

    @contextmanager
    def span(self, name: str, carrier: Mapping[str, str] | None = None) -> Iterator[Any]:
        """Open a span until the block ends; `carrier` are headers that may say what it belongs to."""
        if self._provider is None:
            yield None
            return
        from opentelemetry.propagate import extract  # noqa: PLC0415  optional

        parent = None if carrier is None else extract(carrier)
        with self._provider.get_tracer(NAME).start_as_current_span(name, context=parent) as opened:
            yield opened

    def of_database(self, engine: Engine) -> None:
        """Make a span of every statement: its text, in which values are never written out."""
        if self._provider is None:
            return
        tracer = self._provider.get_tracer(NAME)

        def before(connection: Any, _c: object, statement: str, _p: object, context: Any, _m: object) -> None:  # noqa: ANN401
            context.alsoliked_span = opened = tracer.start_span("database")
            opened.set_attribute("db.system.name", connection.dialect.name)
            opened.set_attribute("db.query.text", statement)

        def after(_conn: object, _c: object, _s: object, _p: object, context: Any, _m: object) -> None:  # noqa: ANN401
            context.alsoliked_span.end()

        def failed(about: Any) -> None:  # noqa: ANN401  SQLAlchemy's ExceptionContext
            opened = getattr(about.execution_context, "alsoliked_span", None)
            if opened is not None:
                opened.record_exception(about.original_exception)
                opened.end()

        event.listen(engine, "before_cursor_execute", before)
        event.listen(engine, "after_cursor_execute", after)
        event.listen(engine, "handle_error", failed)

    def close(self) -> None:
        """Send what has not been sent."""
        if self._provider is not None:
            self._provider.shutdown()


def configured() -> Spans:
    """Make spans as the environment says: sent to `OTEL_EXPORTER_OTLP_ENDPOINT`, or none where that is not set.

    Raises
    ------
    MissingExtraError
        If it is set and OpenTelemetry is not installed.
    """
    if not os.environ.get(ENDPOINT):
        return Spans()
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"{ENDPOINT} is set and {error.name} is not there; pip install 'alsoliked[telemetry]'."
        ) from error
    name = os.environ.get("OTEL_SERVICE_NAME", NAME)
    provider = TracerProvider(resource=Resource.create({"service.name": name}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Spans(provider)
