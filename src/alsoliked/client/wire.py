"""One request: sent, sent again where the connection broke, and its refusal put into one line."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

import httpx

from alsoliked.client.failures import RefusedError, UnreachableError

__all__ = ["Wire", "path"]

FIRST = 0.1  # seconds before a request is sent again; doubled each time
LONGEST = 5.0
AGAIN = (429, 502, 503, 504)
NONE = 404


def path(*parts: str) -> str:
    """Spell a path; ids and titles may hold anything.

    >>> path("users", "ann b", "ratings", "Face/Off")
    '/users/ann%20b/ratings/Face%2FOff'
    """
    return "/" + "/".join(quote(part, safe="") for part in parts)


class Wire:
    """Connections to a service, and the patience to try again.

    What is sent again must be harmless twice: the client sees to that, with a key where the request alone is not.
    """

    def __init__(self, url: str, key: str | None, timeout: float, retries: int) -> None:
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=timeout)
        self._retries = retries

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()

    def ask(
        self,
        method: str,
        place: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: object = None,
        key: str | None = None,
        again: bool = True,
        missing: object = None,
    ) -> Any:  # noqa: ANN401  JSON
        """Send a request and return what came back, or `missing` where there is no such thing.

        Raises
        ------
        RefusedError
            If the service refused.
        UnreachableError
            If it did not answer, also when asked again.
        """
        headers = {} if key is None else {"Idempotency-Key": key}
        request = self._http.build_request(method, place, params=params, json=json, headers=headers)
        wait, why = FIRST, ""
        for turn in range(self._retries + 1 if again else 1):
            if turn:
                time.sleep(wait)
            try:
                answer = self._http.send(request)
            except httpx.TransportError as error:
                why, wait = _words(error), min(2 * wait, LONGEST)
                continue
            if answer.status_code == NONE and missing is not None:
                return missing
            if answer.status_code not in AGAIN:
                return _said(answer)
            why, wait = _detail(answer), min(_asked(answer) or 2 * wait, LONGEST)
        raise UnreachableError(f"{self._http.base_url} does not answer ({why}); try later.")

    def stream(self, place: str, lines: Iterable[bytes], params: Mapping[str, Any]) -> Any:  # noqa: ANN401  JSON
        """Send lines as they come, once.

        Raises
        ------
        RefusedError, UnreachableError
            As `ask`.
        """
        headers = {"Content-Type": "application/jsonl"}
        try:
            answer = self._http.post(place, content=iter(lines), params=params, headers=headers)
        except httpx.TransportError as error:
            raise UnreachableError(f"{self._http.base_url} does not answer ({_words(error)}); try later.") from error
        if answer.status_code in AGAIN:
            raise UnreachableError(f"{self._http.base_url} does not answer ({_detail(answer)}); try later.")
        return _said(answer)


def _said(answer: httpx.Response) -> Any:  # noqa: ANN401  JSON
    if answer.is_success:
        return answer.json()
    raise RefusedError(answer.status_code, _detail(answer))


def _detail(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):  # not the service but something before it
        return answer.reason_phrase or "no reason came"


def _asked(answer: httpx.Response) -> float | None:
    told = answer.headers.get("Retry-After", "")
    return float(told) if told.isdigit() else None


def _words(error: httpx.TransportError) -> str:
    return str(error) or type(error).__name__
