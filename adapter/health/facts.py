"""How an installation stands: read from the state, and from the client certificate. No personal data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapter.ss12000.types import ResourceType
from adapter.store import deeds, feedback, history, outbox, pages, subscriptions
from adapter.store.deeds import Deed
from adapter.store.engine import Store
from adapter.store.feedback import ClientError
from adapter.store.history import RunRecord
from adapter.store.outbox import Notice
from adapter.store.soundness import DAMAGE, RESTORED
from adapter.store.subscriptions import Subscription

if TYPE_CHECKING:
    from adapter.delivery.certificates import CertificateFacts  # takes long to load, and `status` is asked often

_ERRORS = 1_000
_NO_NIGHT = ("dry-run", history.ROLLBACK, "running")
"""Outcomes of what is no night's run."""


@dataclass(frozen=True)
class Facts:
    """Times in ms. `certificate`: what it says, why it cannot be used, or None where none is configured.

    `runs`: the newest first. `damage`: what was found to be damaged in the state, "" where nothing was.
    `restored`: a copy has taken the state's place, and no run has been good since. `answer`: the last to a held run.
    """

    now: int
    version: int
    published: Mapping[ResourceType, int]
    runs: Sequence[RunRecord]
    subscriptions: Sequence[Subscription]
    notices: Sequence[Notice]
    client_errors: Sequence[ClientError]
    certificate: CertificateFacts | str | None
    damage: str
    restored: bool
    answer: Deed | None = None

    @property
    def last(self) -> RunRecord | None:
        """The last run that has ended, but for dry runs and rollbacks."""
        return next((run for run in self.runs if run.ended and run.outcome not in _NO_NIGHT), None)

    @property
    def running(self) -> RunRecord | None:
        """A run that has begun and not ended, if nothing has begun after it."""
        return self.runs[0] if self.runs and self.runs[0].outcome == "running" else None

    @property
    def ended(self) -> int | None:
        """When a run ended last, however it ended; None where none ever has."""
        return max((run.ended for run in self.runs if run.ended and run.outcome not in _NO_NIGHT), default=None)

    @property
    def unconfirmed_since(self) -> int | None:
        """Since when the client has been told of something that it has not fetched."""
        return min((notice.sent for notice in self.notices if notice.state == "sent" and notice.sent), default=None)


def read(store: Store, certificate: CertificateFacts | str | None, now: int) -> Facts:
    """The facts at a time (ms). Raises StateError where the state cannot be read."""
    return Facts(
        now=now,
        version=pages.current_version(store),
        published=pages.counts(store),
        runs=history.last_runs(store, history.KEPT_RUNS),
        subscriptions=subscriptions.all_of(store),
        notices=outbox.open_notices(store),
        client_errors=feedback.recent_errors(store, 0, _ERRORS),
        certificate=certificate,
        damage=store.setting(DAMAGE),
        restored=bool(store.setting(RESTORED)),
        answer=next(iter(deeds.latest(store, 1, ("approved", "rejected"))), None),
    )
