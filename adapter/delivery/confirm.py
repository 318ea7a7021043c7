"""Has the client fetched what it was told of? If not in time, it is told again, and everything is stamped anew."""

from __future__ import annotations

from adapter.delivery.outcome import waiting
from adapter.settings import Settings
from adapter.ss12000.types import ResourceType
from adapter.store import feedback, outbox, pages
from adapter.store.engine import Store
from adapter.store.outbox import Notice

_ALARM = 4  # times told in vain


def confirm(store: Store, settings: Settings, now: int) -> list[str]:
    """Look at what was read since each notice; returns what an administrator should hear of. Raises StateError."""
    minutes = settings.notifications.confirm_within_minutes
    alarms = []
    for notice in outbox.open_notices(store):
        if notice.state != "sent" or notice.sent is None:
            continue
        if _fetched(store, notice):
            outbox.mark_confirmed(store, notice)
        elif not 0 <= now - notice.sent <= minutes * 60_000:  # late, or the clock was set back
            words = f"told, but not fetched within {minutes} minutes"
            outbox.mark_pending(store, notice, now + waiting(notice.attempts - 1), words)
            if notice.attempts >= _ALARM:
                alarms.append(
                    f"{notice.target} was told {notice.attempts} times and has not fetched; it holds version "
                    f"{notice.confirmed}. See `status` for what its client logged, and ask Skolverket's support."
                )
    return alarms


def _fetched(store: Store, notice: Notice) -> bool:
    """Whether every list was read to its end since the notice, from before its oldest unconfirmed change."""
    finished = feedback.finished(store, notice.caller, notice.sent or 0, notice.mark)
    stamps = pages.oldest_stamps(store, notice.confirmed)
    return all(name in finished and finished[name] < stamps.get(name, finished[name] + 1) for name in _wanted(notice))


def _wanted(notice: Notice) -> set[str]:
    found = {ResourceType(kind).collection for kind in notice.types}
    return found | {pages.DELETED} if notice.deletions else found
