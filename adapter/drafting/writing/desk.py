"""What every writer has before them: the picture of the tables, the sources that are said, the lists of codes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from adapter.drafting.guesses import Guess
from adapter.drafting.looking.samples import Sample
from adapter.drafting.understanding import people
from adapter.drafting.understanding.picture import Choices, Picture
from adapter.drafting.writing.codes import Codes
from adapter.drafting.writing.sources import Sources


class Desk(Picture):
    """The picture, and what has been written so far."""

    def __init__(self, samples: Sequence[Sample], today: dt.date, chosen: Choices | None = None) -> None:
        super().__init__(samples, today, chosen)
        self.sources = Sources(self.every)
        self.codes = Codes(self.every)
        for table in filter(people.is_guardians, self.every):
            self.sources.taken(table, "guardians", Guess(95, "by its name"))
