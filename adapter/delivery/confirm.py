"""Has the client fetched what it was told of? If not in time, it is told again, and everything is stamped anew."""

from __future__ import annotations

from adapter.delivery.worker import waiting
from adapter.settings import Settings
from adapter.ss12000.types import ResourceType
from adapter.store import feedback, outbox, pages, subscriptions
from adapter.store.engine import Store
from adapter.store.outbox import Notice
from adapter.store.subscriptions import Subscription

DELETED = "deletedEntities"


def confirm(store: Store, settings: Settings, now: int) -> None:
    """Look at what was read since each notice, and since each registration. Raises StateError."""
    for subscription in subscriptions.all_of(store):
        if not subscription.confirmed:
            _full_load(store, subscription)
    patience = settings.notifications.confirm_within_minutes * 60_000
    for notice in outbox.open_notices(store):
        if notice.state != "sent" or notice.sent is None:
            continue
        if _wanted(notice) <= feedback.fetched_to_the_end(store, notice.sent):
            outbox.mark_confirmed(store, notice)
        elif not 0 <= now - notice.sent <= patience:  # late, or the clock was set back
            words = f"told, but not fetched within {settings.notifications.confirm_within_minutes} minutes"
            outbox.mark_pending(store, notice, now + waiting(notice.attempts - 1), words)


def _full_load(store: Store, subscription: Subscription) -> None:
    """The first crawl of every type to its end confirms the version that was current when it began."""
    wanted = {kind.collection for kind in subscription.types}
    if wanted <= feedback.fetched_to_the_end(store, subscription.created, full=True):
        begun = feedback.first_access(store, subscription.created)
        if begun is not None:
            subscriptions.confirm(store, subscription.id, pages.version_at(store, begun))


def _wanted(notice: Notice) -> set[str]:
    found = {ResourceType(kind).collection for kind in notice.types}
    return found | {DELETED} if notice.deletions else found
