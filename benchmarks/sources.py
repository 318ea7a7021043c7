"""`python -m benchmarks.sources [ROWS]`: each connector, beside the bare library that it stands on, on the same rows.

Every reading is a process of its own: CPU seconds and peak memory, start included. A catalogue is not measured here.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import python, table
from benchmarks.source_files import FILES


def main() -> None:
    """Make the files, read each with its connector and with its library, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sources", description=__doc__)
    parser.add_argument("rows", nargs="?", type=int, default=1_000_000, metavar="ROWS")
    parser.add_argument("--postgres", default="", metavar="URL", help="of an empty database")
    parser.add_argument("--mariadb", default="", metavar="URL", help="of an empty database")
    args = parser.parse_args()
    head = ("", "CPU s", "its library", "ratio", "peak MB", "its library", "rows/s")
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        places = {kind: str(Path(folder) / name) for kind, (name, _) in FILES.items()}
        places |= {kind: url for kind, url in (("postgresql", args.postgres), ("mariadb", args.mariadb)) if url}
        for kind, place in places.items():
            python("benchmarks.source_files", kind, place, str(args.rows))
            ours = python("benchmarks.reading", kind, place, "connector")
            bare = python("benchmarks.reading", kind, place, "library")
            figures = f"{ours.cpu:.2f}", f"{bare.cpu:.2f}", f"{ours.cpu / bare.cpu:.2f}"
            lines.append((kind, *figures, f"{ours.peak:.0f}", f"{bare.peak:.0f}", f"{args.rows / ours.wall:,.0f}"))
    sys.stdout.write(table(head, lines) + "\n")


if __name__ == "__main__":
    main()
