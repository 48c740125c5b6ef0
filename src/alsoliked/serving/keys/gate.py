"""Gate: who comes in. One for each worker; it knows keys and addresses, and nothing of HTTP."""

from __future__ import annotations

from alsoliked.serving.keys.cache import KeyCache
from alsoliked.serving.keys.store import Actor, Scope
from alsoliked.serving.limits.rates import Rates
from alsoliked.serving.refusals import BusyError, ForbiddenError, UnknownKeyError
from alsoliked.serving.service import Service

__all__ = ["Gate"]

LOCAL = Actor("local", ("read", "write", "operate"))


class Gate:
    """Lets through whoever has a key with the scope, and not too often.

    Where the service is not guarded (loopback, and nobody said ``--require-keys``) whoever brings no key may do
    everything.
    """

    def __init__(self, service: Service) -> None:
        self._guarded = service.settings.guarded
        self._keys = KeyCache(service.database)
        self._rates = Rates(service.settings.rate)

    def at_once(self, presented: str | None, address: str, scope: Scope) -> Actor | None:
        """Decide from memory; None: the database has to be asked, by `after_asking`.

        Raises
        ------
        UnknownKeyError, ForbiddenError, BusyError
            If they may not.
        """
        if presented is None:
            self._count(f"address {address}")
            if self._guarded:
                raise UnknownKeyError("no key came; send `Authorization: Bearer KEY`.")
            return LOCAL
        actor = self._keys.held(presented)
        if actor is None:
            self._count(f"address {address}")  # whoever guesses keys is limited by where they sit
            return None
        self._count(f"key {actor.key}")
        return _with(actor, scope)

    def after_asking(self, presented: str, scope: Scope) -> Actor:
        """Decide after asking the database.

        Raises
        ------
        UnknownKeyError, ForbiddenError, UnavailableError
            If they may not, or nobody can tell.
        """
        actor = self._keys.ask(presented)
        if actor is None:
            raise UnknownKeyError("the key that came does not hold here; make one with `alsoliked keys add`.")
        return _with(actor, scope)

    def visited(self, address: str) -> None:
        """Count a page that somebody looks at, who brings no key.

        Raises
        ------
        BusyError
            If they ask too often.
        """
        self._count(f"address {address}")

    def _count(self, who: str) -> None:
        wait = self._rates.take(who)
        if wait:
            raise BusyError("too many requests came; wait as long as Retry-After says.", retry_after=wait)


def _with(actor: Actor, scope: Scope) -> Actor:
    if scope not in actor.scopes:
        raise ForbiddenError(f"the key allows {', '.join(actor.scopes) or 'nothing now'}; this needs {scope}.")
    return actor
