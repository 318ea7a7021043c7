"""A connector of one's own: files of records, `NAME: value` on each line and an empty line after each record."""

from collections.abc import Iterator, Sequence

from connectors.base import Batch, SourceError
from connectors.files.imprints import Imprint, taken
from connectors.files.opening import opened
from connectors.files.options import FileOptions


class Options(FileOptions):
    names: tuple[str, ...]


class Records:
    Options = Options

    def __init__(self, name: str, options: Options) -> None:
        self.name, self.options = name, options

    def imprint(self, key: bytes) -> Imprint | None:
        return taken(self.options, key)

    def open(self) -> "RecordsTable":
        return RecordsTable(self.options)


class RecordsTable:
    def __init__(self, options: Options) -> None:
        self._found = opened(options)
        self.columns, self.age_hours = options.names, self._found.age_hours

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        for file in self._found.files:
            records = file.path.read_text(encoding="utf-8").strip().split("\n\n")
            for number, record in enumerate(records, 1):
                cells = dict(line.split(": ", 1) for line in record.splitlines() if ": " in line)
                if unknown := cells.keys() - set(self.columns):
                    raise SourceError("S105", f"{min(unknown)} is not in `names`.", f"{file.place}:{number}")
                yield Batch(number, [[cells.get(name) for name in columns]])
            file.unchanged()

    def __enter__(self) -> "RecordsTable":
        return self

    def __exit__(self, *details: object) -> None:
        self._found.to_close.close()
