"""What an organiser adds to Skolverket's rules."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Local:
    """Domains that user names may have, in lower case (none: any), and personnummer that belong to nobody."""

    user_name_domains: frozenset[str] = frozenset()
    test_numbers: frozenset[str] = frozenset()


NOTHING = Local()
