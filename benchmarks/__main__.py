"""`python -m benchmarks`: how long the nightly run and a crawl take, as ratios to only reading the same rows."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks import crawl_speed, data, sync_speed
from benchmarks.measure import python


def main() -> None:
    """Make the data, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "sizes", nargs="*", default=["S", "M"], metavar="SIZE", help="S, M, L, XL, or a number of pupils"
    )
    parser.add_argument("--rounds", type=int, default=3, help="each figure is the median of so many (default: 3)")
    parser.add_argument("--in", dest="folder", type=Path, help="make the data here and keep it")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        for size in args.sizes:
            folder = (args.folder or Path(temporary)) / size
            if not folder.exists():
                python("benchmarks.data", str(folder), str(data.PUPILS.get(size) or size))
            print(f"== {size}\n{sync_speed.run(folder, args.rounds)}\n\n{crawl_speed.run(folder)}\n", flush=True)


if __name__ == "__main__":
    main()
