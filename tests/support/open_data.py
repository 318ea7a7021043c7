"""A cache of Skolverket's open data, fresh enough that nobody asks the network."""

from __future__ import annotations

import json
import time

from adapter.simulator.opendata import TEST_ACTIVITIES
from adapter.ss12000.ids import skolverket_id


def cache_text() -> str:
    activities = {name: skolverket_id(name) for name in TEST_ACTIVITIES}
    return json.dumps({"fetched": time.time_ns() // 1_000_000, "units": {}, "programmes": {}, "activities": activities})
