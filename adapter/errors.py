"""The few exceptions that end a run or a request; each knows its exit code or status.

AdapterError
├─ ConfigError     2   config.toml, a secret or a mapping is wrong; all findings in one go
├─ GateHeld        3   the change gate held the run; the reasons
├─ SourceFailed    5   a source could not be read or failed its expectations
├─ DeliveryError   6   retry later: the notice stays in the outbox
│  ├─ TokenError       the authorisation server said no, or nothing
│  └─ TargetError      the webhook answered other than 2xx, or not at all
├─ StateError      7   the state store cannot be used: locked, newer schema, no space, unreachable
│  └─ StateDamaged     what is stored is not what was written; the facade serves nothing until that is mended
└─ RequestRefused  –   facade only: a status and one error body
"""

from __future__ import annotations

from collections.abc import Sequence

from adapter.findings import Finding


class AdapterError(Exception):
    """Something the administrator can act on. `findings` say where, what, why and what to do."""

    exit_code = 1

    def __init__(self, message: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.findings = tuple(sorted(findings, key=lambda finding: finding.sort_key))


class ConfigError(AdapterError):
    """config.toml, a secret it names, or the mapping is wrong. Nothing was changed."""

    exit_code = 2


class GateHeld(AdapterError):
    """The run would change more than the gate allows. Last good data are still served."""

    exit_code = 3


class SourceFailed(AdapterError):
    """A source is missing, unreadable, too short, too old, or lacks a column. Nothing was changed."""

    exit_code = 5


class DeliveryError(AdapterError):
    """A notice could not be delivered now; it stays in the outbox and is tried again."""

    exit_code = 6


class TokenError(DeliveryError):
    """The authorisation server refused us a token, or could not be reached."""


class TargetError(DeliveryError):
    """The webhook answered other than 2xx, or not at all. `status` is 0 when there was no answer."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class StateError(AdapterError):
    """The state store cannot be used: locked by another run, newer schema, no space, unreachable."""

    exit_code = 7


class StateDamaged(StateError):
    """Stored bytes are not those that were written."""


class RequestRefused(AdapterError):
    """The facade refuses a request. `message` goes to the caller: it never holds personal data."""

    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
