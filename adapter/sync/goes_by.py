"""What a run remembers of the one before it, and what the published objects were checked with."""

from __future__ import annotations

import hashlib
from importlib.metadata import version as installed_version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapter.sync.inputs import Inputs

CHECKED_WITH = "checked_with"
"""Setting: what the published objects were validated with."""
LENGTHS = "lengths"
"""Setting: JSON, how many rows the sources had in the last good run."""
MAPPED_WITH = "mapped_with"
"""Setting: the mapping of the last good run."""


def rules_now(inputs: Inputs) -> str:
    """Changes whenever an object that was valid might not be: with the program, the profile, the organiser's rules."""
    local = inputs.rules()
    own = [sorted(local.user_name_domains), sorted(local.test_numbers)]
    return digest(f"{installed_version('ss12000-adapter')} {inputs.profile.paths!r}{own if any(own) else ''}")


def digest(text: str) -> str:
    """Of a text, for a comparison with another night's."""
    return hashlib.sha256(text.encode()).hexdigest()
