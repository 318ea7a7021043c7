"""`python -m benchmarks`: how long the nightly run and a crawl take, as ratios to only reading the same rows."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import crawl_speed, data, sync_speed
from benchmarks.measure import Figures, Section, python, table

Ratios = dict[str, dict[str, list[float]]]
"""Size -> line -> its ratio, and whether a higher one is better."""
_SLOWER = 1.25  # what may be noise is less


def main() -> None:
    """Make the data, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "sizes", nargs="*", default=["S", "M"], metavar="SIZE", help="S, M, L, XL, or a number of pupils"
    )
    parser.add_argument("--rounds", type=int, default=3, help="each figure is the median of so many (default: 3)")
    parser.add_argument("--in", dest="folder", type=Path, help="make the data here and keep it")
    parser.add_argument("--postgres", default="", metavar="URL", help="of an empty database: pages from there, too")
    parser.add_argument("--save", type=Path, metavar="FILE", help="keep the ratios, to be compared with another day's")
    parser.add_argument(
        "--compare", type=Path, metavar="FILE", help="against kept ratios; ends with 1 where it is slower"
    )
    args = parser.parse_args()
    if unknown := [size for size in args.sizes if size not in data.PUPILS and not size.isdecimal()]:
        parser.error(f"{unknown[0]} is no size; there are {', '.join(data.PUPILS)}, or a number of pupils")
    ratios: Ratios = {}
    figures: dict[str, dict[str, Figures]] = {}
    before: Ratios = json.loads(args.compare.read_text(encoding="utf-8")) if args.compare else {}
    with tempfile.TemporaryDirectory() as temporary:
        for size in args.sizes:
            folder = (args.folder or Path(temporary)) / size
            if not folder.exists():
                python("benchmarks.data", str(folder), str(data.PUPILS.get(size) or size))
            print(f"== {size}", flush=True)
            found = ratios.setdefault(size, {})
            for made in _sections(folder, args.rounds, args.postgres):
                print(f"{made.text}\n", flush=True)
                found |= {line: [ratio, made.higher_is_better] for line, ratio in made.ratios.items()}
                figures.setdefault(size, {}).update(made.figures)
    if len(figures) > 1:
        print(f"== growth\n{_growth(figures)}\n")
    if args.save:
        args.save.write_text(json.dumps(ratios, indent=1), encoding="utf-8")
    sys.exit(_compared(before, ratios) if before else 0)


def _sections(folder: Path, rounds: int, server: str) -> Iterator[Section]:
    """Each when it has been measured. The crawl reads what the last run has published."""
    yield sync_speed.run(folder, rounds)
    yield crawl_speed.run(folder, server)


def _growth(figures: dict[str, dict[str, Figures]]) -> str:
    """CPU seconds and peak MB by size."""
    head = ["", *(f"{size} {what}" for size in figures for what in ("CPU s", "MB"))]
    rows = []
    for line in next(iter(figures.values())):
        of = [one[line] for one in figures.values() if line in one]
        rows.append([line, *(text for one in of for text in (f"{one.cpu:.2f}", f"{one.peak:.0f}"))])
    return table(head, rows)


def _compared(before: Ratios, now: Ratios) -> int:
    """Print how each ratio has changed; 1 where one is slower by more than noise."""
    rows, slower = [], 0
    for size, lines in now.items():
        for line, (ratio, higher_is_better) in lines.items():
            if (old := before.get(size, {}).get(line)) is None:
                continue
            worse = old[0] / ratio if higher_is_better else ratio / old[0]
            slower += worse > _SLOWER
            rows.append((f"{size} {line}", f"{old[0]:.2f}", f"{ratio:.2f}", "SLOWER" if worse > _SLOWER else ""))
    print(table(("", "before", "now", ""), rows))
    return int(slower > 0)


if __name__ == "__main__":
    main()
