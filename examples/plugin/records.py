"""A connector of one's own: files of records, `NAME: value` on each line and an empty line after each record."""

from collections.abc import Iterator, Sequence

from connectors.base import Batch, SourceError
from connectors.files.connector import FileConnector, FileTable
from connectors.files.found import SourceFiles
from connectors.files.options import FileOptions


class Options(FileOptions):
    names: tuple[str, ...]


class Records(FileConnector[Options, "RecordsTable"]):
    Options = Options

    def table(self, found: SourceFiles) -> "RecordsTable":
        return RecordsTable(found, self.options)


class RecordsTable(FileTable):
    def __init__(self, found: SourceFiles, options: Options) -> None:
        super().__init__(found, options)
        self._found, self.columns = found, options.names

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        for file in self._found.files:
            records = file.path.read_text(encoding="utf-8").strip().split("\n\n")
            for number, record in enumerate(records, 1):
                cells = dict(line.split(": ", 1) for line in record.splitlines() if ": " in line)
                if unknown := cells.keys() - set(self.columns):
                    raise SourceError("S105", f"{min(unknown)} is not in `names`.", f"{file.place}:{number}")
                yield Batch(number, [[cells.get(name) for name in columns]])
            file.unchanged()
