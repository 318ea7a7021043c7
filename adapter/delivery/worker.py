"""Sends what is due: one combined notice a target, never two in flight, stamped anew where it comes late."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Protocol

import httpx

from adapter.delivery import notice as notices
from adapter.delivery.certificates import trust
from adapter.delivery.outcome import DeliveryReport, waiting
from adapter.errors import DeliveryError, TargetError
from adapter.settings import Settings
from adapter.store import outbox, pages, publish, subscriptions
from adapter.store.engine import Store
from adapter.store.outbox import Notice

_SECOND = 1000  # ms
_PATIENCE = httpx.Timeout(20.0, connect=10.0)
_FRESH = 240_000
"""ms. The client asks for what changed from 5 minutes before it received the notice; a minute is for the way."""
_UNLIKE = 60_000  # ms between two clocks that somebody should hear of
_LARGEST_SKEW = 3_600_000  # ms; stamps are not put further ahead, however wrong the other clock is


class Tokens(Protocol):
    """Where tokens come from."""

    def token(self, location: str) -> str:
        """A token for the client at a location. Raises TokenError."""
        ...

    def drop(self, location: str) -> None:
        """Forget one that was refused."""
        ...


def deliver_due(
    store: Store,
    settings: Settings,
    tokens: Tokens | None,
    clock: Callable[[], int],
    force: bool = False,
    transport: httpx.BaseTransport | None = None,
) -> DeliveryReport:
    """Every notice that is due, once. Trouble with network or target is no exception: the notice waits.

    `tokens` None: nothing is configured to identify us with. `transport` None: the network. Raises StateError.
    """
    report = DeliveryReport()
    tried: set[str] = set()
    while (due := outbox.claim(store, clock(), force, tried)) is not None:
        tried.add(due.subscription)
        try:
            report.failures += _deliver(store, settings, tokens, clock, due, transport)
            report.sent += 1
        except DeliveryError as error:
            outbox.mark_pending(store, due, clock() + waiting(due.attempts), error.message)
            report.failures.append(error.message)
        except BaseException:
            outbox.mark_pending(store, due, clock(), "interrupted")
            raise
    report.pending = sum(found.state != "sent" for found in outbox.open_notices(store))
    return report


def _deliver(
    store: Store,
    settings: Settings,
    tokens: Tokens | None,
    clock: Callable[[], int],
    due: Notice,
    transport: httpx.BaseTransport | None,
) -> list[str]:
    """Send one notice; returns what is worth a word all the same. Raises DeliveryError."""
    if tokens is None:
        raise DeliveryError("nobody can be told of changes: config.toml has no [token]")
    if not due.target.startswith(settings.notifications.allowed_targets):
        raise TargetError(f"{due.target} is not among notifications.allowed_targets; nothing was sent")
    ended = due.expires < clock()
    if ended and settings.notifications.stop_when_expired:
        raise DeliveryError(f"the subscription of {due.target} has ended; its client must register again")
    _stamp_anew(store, due, clock())
    location = (settings.token and settings.token.location) or due.target.partition("/webhooks/")[0]
    at = clock()
    with _client(settings, transport) as http:
        spelling, date = _posted(http, tokens, location, due)
    outbox.mark_sent(store, due, at)
    if spelling != due.spelling:
        subscriptions.spell(store, due.subscription, spelling)
    words = [f"the subscription of {due.target} has ended; it is notified all the same"] if ended else []
    return words + _compared_clocks(store, due, date, at, clock())


def _client(settings: Settings, transport: httpx.BaseTransport | None) -> httpx.Client:
    if transport is not None:
        return httpx.Client(transport=transport, timeout=_PATIENCE)
    context = trust(settings.notifications.ca, "notifications.ca")
    return httpx.Client(verify=context, proxy=settings.proxy, timeout=_PATIENCE, follow_redirects=False)


def _stamp_anew(store: Store, due: Notice, now: int) -> None:
    """Put what is not confirmed inside the window that the client will look at, by its own clock."""
    window = now + min(due.skew, _LARGEST_SKEW) - _FRESH
    if min(pages.oldest_stamps(store, due.confirmed).values(), default=window) < window:
        publish.restamp(store, due.confirmed, max(now, window))


def _compared_clocks(store: Store, due: Notice, date: str, began: int, ended: int) -> list[str]:
    """Remember how far ahead the target's clock is, by its Date; a word where that is much."""
    try:
        theirs = int(parsedate_to_datetime(date).timestamp() * 1000)
    except (ValueError, TypeError):
        return []
    skew = theirs - (began + ended) // 2
    if abs(skew - due.skew) > _SECOND * 2:  # Date knows whole seconds
        subscriptions.set_skew(store, due.subscription, skew if abs(skew) > _SECOND * 2 else 0)
    if abs(skew) <= _UNLIKE:
        return []
    way = "ahead of" if skew > 0 else "behind"
    return [f"the clock of {due.target} is {abs(skew) // 1000} s {way} ours; see that this machine keeps time (NTP)"]


def _posted(http: httpx.Client, tokens: Tokens, location: str, due: Notice) -> tuple[str, str]:
    """Post until the target takes it; returns the spelling it took, and its Date. Raises DeliveryError."""
    spellings = [due.spelling, *(name for name in notices.SPELLINGS[1:] if due.spelling == "both")]
    refused = False
    status = 0
    while spellings:
        status, date = _post(http, tokens.token(location), due, spellings[0])
        if 200 <= status < 300:
            return spellings[0], date
        if status in (401, 403) and not refused:
            refused = True
            tokens.drop(location)
        elif status == 400:
            spellings.pop(0)
        else:
            break
    raise TargetError(f"{due.target} answered {status} to the notice; it will be sent again", status)


def _post(http: httpx.Client, token: str, due: Notice, spelling: str) -> tuple[int, str]:
    """The answer's status and Date; its body is nobody's business."""
    content = notices.body(due.types, due.deletions, spelling)
    try:
        with http.stream("POST", due.target, json=content, headers={"Authorization": f"Bearer {token}"}) as answer:
            return answer.status_code, answer.headers.get("date", "")
    except httpx.TimeoutException:
        raise TargetError(f"{due.target} did not answer in time; the notice will be sent again") from None
    except httpx.HTTPError as error:
        raise TargetError(f"{due.target} cannot be reached ({error}); the notice will be sent again") from None
