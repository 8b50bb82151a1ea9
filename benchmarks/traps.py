"""The traps of converting through `reelyard run` and through HandBrakeCLI, judged alike: `python -m benchmarks.traps`.

    python -m benchmarks.traps [--write benchmarks/traps.md] [--only WORDS] [--quick] [--out FILE]

Sources, options, HandBrake's words and what has to hold are the table in tests/e2e/traps. Results of both are read by
an ffprobe that is neither's. HandBrake is given what a user would give it for the same wish. About 3 minutes.
"""

from __future__ import annotations

import re
import shlex
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.command import Given, parser, save
from benchmarks.handbrake import MISSING, version
from tests.e2e.traps.faults import faults_of
from tests.e2e.traps.table import TRAPS, Trap
from tests.e2e.traps.trying import Tried, can_compare, ours, theirs
from tests.support import reader
from tests.support.builders import Media

_FAST = ("--encoder", "x264", "--encoder-preset", "ultrafast")
_HEAD = """# Traps of converting, and who falls into them

Written by `python -m benchmarks.traps --write benchmarks/traps.md`. Every row is one source and one wish, put to
`reelyard run` and to {their_version}; both results are judged by the same checks with a third program (ffprobe of
another build). A cell says “as it should”, or what was wrong. The sources, the words and the checks are in
`tests/e2e/traps/table.py`, where they are tests of ours.

| trap | Reelyard | HandBrakeCLI | HandBrake's words |
|---|---|---|---|
"""
_RIGHT = "as it should"


class Asked(Given):
    """What was asked for."""

    write: Path | None
    only: str


def main() -> None:
    """Prints the table, and writes it as Markdown where that was asked for."""
    made = parser(__doc__)
    made.add_argument("--write", type=Path, metavar="FILE", help="writes the table to this file, as Markdown")
    made.add_argument("--only", default="", metavar="WORDS", help="only the traps with these words in their name")
    given = made.parse_args(namespace=Asked())
    if not can_compare():
        sys.exit(MISSING)
    if not reader.is_here():
        sys.exit(reader.MISSING)
    traps = [trap for trap in TRAPS if given.only in trap.name][: 3 if given.quick else None]
    with tempfile.TemporaryDirectory(prefix="reelyard-bench-") as folder:
        rows = [_row(trap, number, Path(folder)) for number, trap in enumerate(traps)]
    avoided = {side: sum(row[side] == _RIGHT for row in rows) for side in ("ours", "theirs")}
    asked = sum(row["theirs_words"] is not None for row in rows)
    said = f"Avoided: Reelyard {avoided['ours']} of {len(rows)}, HandBrakeCLI {avoided['theirs']} of {asked}."
    print(said)
    if given.write:
        lines = [_line(row) for row in rows]
        given.write.write_text(_HEAD.format(their_version=version()) + "\n".join(lines) + f"\n\n{said}\n")
    save(given, "traps", rows, theirs=version(), avoided=avoided)


def _row(trap: Trap, number: int, folder: Path) -> dict[str, Any]:
    media = Media(folder / "media")
    place = folder / str(number)
    (place / "in").mkdir(parents=True)
    source = trap.source(media, place / "in")
    here = ours(source, place / "ours", trap.preset, ("speed=ultrafast", *trap.sets))
    row = {"trap": trap.name, "ours": _judged(here, trap), "theirs": trap.lacks, "theirs_words": None}
    if trap.theirs is not None:
        words = [word.format(folder=source.parent) for word in trap.theirs]
        (place / "theirs").mkdir()
        there = theirs(source, place / "theirs", trap.suffix, [*_FAST, *words])
        row |= {"theirs": _judged(there, trap), "theirs_words": shlex.join(trap.theirs)}
    print(f"  {trap.name}: {row['ours']} | {row['theirs']}", flush=True)
    return row


def _judged(tried: Tried, trap: Trap) -> str:
    try:
        return "; ".join(faults_of(tried, trap.checks)) or _RIGHT
    except (AssertionError, ValueError, LookupError) as why:
        # What was made cannot even be looked at.
        return f"it cannot be judged: {str(why).splitlines()[0]}"


def _line(row: dict[str, Any]) -> str:
    words = f"`{row['theirs_words']}`" if row["theirs_words"] else ""
    cells = (row["trap"], row["ours"], row["theirs"], words)
    return "| " + " | ".join(re.sub(r"\s+", " ", cell).replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    main()
