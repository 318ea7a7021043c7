"""Rows and keys as 64-bit codes, made with a secret: what is kept of a run tells nobody whose rows it was.

A plain hash of a personnummer could be found by trying all of them. XXH3 is fast, not cryptographic; its secret is
drawn from the state's and from the organiser's, so that neither alone is enough.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable
from functools import partial

from xxhash import xxh3_64_intdigest

NONE = 0
"""In place of the code of a key that is not there."""
_APART = "\x1f"  # stands in no clean cell

Code = Callable[[Hashable], int]


class Coder:
    """Gives the codes of one state."""

    def __init__(self, secret: bytes) -> None:
        drawn = hashlib.blake2b(secret, digest_size=8, person=b"row codes").digest()
        self._seed = int.from_bytes(drawn, "little")
        self.row: Callable[[bytes], int] = partial(xxh3_64_intdigest, seed=self._seed)

    def keys(self, of: str) -> Code:
        """The codes of one table's keys: equal keys of two tables have different ones."""
        prefix, seed = f"{of}\x1e", self._seed

        def code(key: Hashable) -> int:
            if key.__class__ is str:
                return xxh3_64_intdigest((prefix + key).encode("utf-8", "surrogatepass"), seed)
            if key is None:
                return NONE
            text = _APART.join(map(str, key)) if isinstance(key, tuple) else str(key)
            return xxh3_64_intdigest((prefix + text).encode("utf-8", "surrogatepass"), seed)

        return code
