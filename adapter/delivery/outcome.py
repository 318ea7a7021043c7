"""What a delivery comes to, and how long a notice waits that could not be delivered."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

_WAITS = (60_000, 300_000, 900_000, 3_600_000)  # ms to the next attempt


@dataclass
class DeliveryReport:
    """What was sent, what still waits, and why."""

    sent: int = 0
    pending: int = 0
    failures: list[str] = field(default_factory=list)


def waiting(attempts: int) -> int:
    """ms to the next attempt: longer each time, and not in step with others."""
    return int(_WAITS[min(max(attempts, 0), len(_WAITS) - 1)] * random.uniform(0.9, 1.1))
