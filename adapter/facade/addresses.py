"""Whose a request is: the organiser's at whose registered address it was asked."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.types import Scope

from adapter.facade.context import Context
from adapter.settings.values import host_of, plain_host


class Addresses:
    """The facades that this process has, by host and path of their base addresses.

    `any_host`: the path alone tells, as where there is one organiser, whom a proxy may call by another name.
    """

    def __init__(self, contexts: Iterable[Context], any_host: bool = False) -> None:
        self._any_host = any_host
        self.replace(contexts)

    def replace(self, contexts: Iterable[Context]) -> None:
        """From the next request on. No address lies within another."""
        self.contexts = tuple(contexts)
        self._found = {(self._host_of(context), context.base_path): context for context in self.contexts}

    def find(self, scope: Scope) -> Context | None:
        """The facade that is meant, or None where nobody's is."""
        host, path = self._host_asked(scope), scope["path"]
        if (found := self._found.get((host, ""))) is not None:
            return found
        end = path.find("/", 1)
        while end > 0:
            if (found := self._found.get((host, path[:end]))) is not None:
                return found
            end = path.find("/", end + 1)
        return None

    def _host_of(self, context: Context) -> str:
        return "" if self._any_host else host_of(context.settings.facade.base_url)

    def _host_asked(self, scope: Scope) -> str:
        if self._any_host:
            return ""
        return asked_host(scope)


def asked_host(scope: Scope) -> str:
    """The host that a request names, as `host_of` has it; "?" where it names none or several."""
    named = [value for name, value in scope["headers"] if name == b"host"]
    return plain_host(str(named[0], "latin-1")) if len(named) == 1 else "?"
