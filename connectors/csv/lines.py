"""A CSV file's lines, each a row."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import Any

from connectors.base import Cell, SourceError
from connectors.csv.rows import CsvFile, CsvOptions, Filled, picker, shape_of
from connectors.files.lines import FileLines


class CsvLines(FileLines):
    """See `base.Lines`."""

    def __init__(self, file: CsvFile, options: CsvOptions) -> None:
        how = repr((file.encoding, file.delimiter, file.header, options))
        super().__init__(file.file, options.skip_lines + options.names_take, how)
        self._csv, self._options = file, options

    def cells(self, places: Sequence[int], columns: Sequence[str]) -> list[Sequence[Cell] | None]:
        """See `base.Lines`."""
        file, shape = self._csv, shape_of(self._csv)
        encoding = file.encoding.removesuffix("-sig")
        try:
            texts = [line.decode(encoding) for line in self.some(places)]
            reader: Any = csv.reader(texts, delimiter=file.delimiter, quotechar=self._options.quote, strict=True)
            if self._options.short_rows:
                reader = Filled(reader, shape.width)
            rows = list(reader)
        except (csv.Error, UnicodeDecodeError):
            rows = []
        if len(rows) != len(places):
            raise SourceError("S108", "a line does not stand alone.", shape.place)
        if not shape.fits(rows):
            rows = [shape.fitted(row, self.first + place) for row, place in zip(rows, places, strict=True)]
        if shape.remarks:
            raise SourceError(shape.remarks[0].code, shape.remarks[0].message, shape.place)
        pick = picker([file.header.index(column) for column in columns])
        return [pick(row) if row else None for row in rows]
