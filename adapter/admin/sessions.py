"""Who has logged in, in memory: ends with the process, after an hour of rest and at the latest after a working day."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network

IDLE, LONGEST = 3_600, 10 * 3_600  # seconds
_KEY_LASTS = 600  # seconds
_MOST = 1_000  # sessions
_MOST_CALLERS = 10_000


@dataclass(slots=True)
class Session:
    """One browser of one person. `csrf` stands in each form. Times in seconds."""

    who: str
    began: float
    seen: float
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(24))


class Sessions:
    """`clock`: seconds that only go forward."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: dict[str, Session] = {}
        self._lock = threading.Lock()

    def begin(self, who: str) -> str:
        """A new session; gives the secret that its cookie holds."""
        now, secret = self._clock(), secrets.token_urlsafe(32)
        with self._lock:
            self._known = {key: found for key, found in self._known.items() if _lives(found, now)}
            if len(self._known) >= _MOST:
                del self._known[min(self._known, key=lambda key: self._known[key].seen)]
            self._known[secret] = Session(who, now, now)
        return secret

    def find(self, secret: str) -> Session | None:
        """The session of a cookie, while it lasts."""
        now = self._clock()
        with self._lock:
            found = self._known.get(secret)
            if found is None or not _lives(found, now):
                self._known.pop(secret, None)
                return None
            found.seen = now
            return found

    def end(self, secret: str) -> None:
        """Log out."""
        with self._lock:
            self._known.pop(secret, None)


def _lives(session: Session, now: float) -> bool:
    return now - session.seen < IDLE and now - session.began < LONGEST


class OnceKey:
    """The key of the one address that `serve` prints where nobody has a password: good once, and for ten minutes."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.key = secrets.token_urlsafe(24)
        self._clock = clock
        self._until = clock() + _KEY_LASTS
        self._used = False
        self._lock = threading.Lock()

    def opens(self, key: str) -> bool:
        """Whether this is the key, the first time that it is shown."""
        with self._lock:
            in_time = not self._used and self._clock() < self._until
            good = in_time and hmac.compare_digest(key.encode(errors="replace"), self.key.encode())
            self._used = self._used or good
            return good


class Budget:
    """So many at once, and so many a second after that: for each caller."""

    def __init__(self, burst: float, per_second: float, clock: Callable[[], float]) -> None:
        self._burst, self._rate, self._clock = burst, per_second, clock
        self._left: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def allows(self, caller: str, cost: float = 1) -> bool:
        """Whether one more is allowed now. `cost` 0: it is asked only."""
        now = self._clock()
        with self._lock:
            if len(self._left) >= _MOST_CALLERS:
                self._left.clear()
            left, at = self._left.get(caller, (self._burst, now))
            left = min(self._burst, left + (now - at) * self._rate)
            self._left[caller] = (left - cost, now) if left >= 1 else (left, now)
            return left >= 1


def caller_of(address: str) -> str:
    """Whose an address is: of IPv6, the network that one customer has (/64)."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, 64), strict=False)) if found.version == 6 else address
