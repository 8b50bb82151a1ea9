"""A conversion by `reelyard run` against HandBrakeCLI: x264 veryfast, q 22, 1080p of 8 s, and a film of 200 s.

    python -m benchmarks.handbrake [--rounds N] [--quick] [--out FILE] [--long-height 360]

Both sides make an MP4 with its index in front from the same source, with the same encoder, preset, quality and AAC bit
rate, and without cropping, scaling, deinterlacing or any other filter; the exact words are printed. Both are whole
programs from their start to their end. Ours decodes its result afterwards, HandBrake does not look at its own: that
stage's wall and CPU time are taken off and shown apart. Memory is that of the largest process; our check is in it.
About 4 minutes with 5 rounds on two quiet cores.
"""

from __future__ import annotations

import dataclasses
import shlex
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import films
from benchmarks.command import Given, pairs_as_rows, parser, save
from benchmarks.measure import Pair, interleaved, print_machine, print_pairs, print_row
from benchmarks.spent import Spent, Used, finished, reelyard, spent
from tests.support.child import run

OURS = (
    "--preset", "web-1080p", "--set", "speed=veryfast", "--set", "crf=22", "--set", "audio_kbps=160",
    "--set", "deinterlace=off", "--jobs", "1",
)  # fmt: skip
THEIRS = (
    "--format", "av_mp4", "--optimize", "--encoder", "x264", "--encoder-preset", "veryfast", "--quality", "22", "--vfr",
    "--crop-mode", "none", "--no-comb-detect", "--no-deinterlace", "--no-decomb", "--no-detelecine",
    "--aencoder", "av_aac", "--ab", "160",
)  # fmt: skip
MISSING = "HandBrakeCLI is not installed, so there is nothing to compare with. On Debian: apt-get install handbrake-cli"


class Asked(Given):
    """What was asked for, and how high the long film is."""

    long_height: int


@dataclass
class _Match:
    """One source through both programs."""

    source: Path
    folder: Path
    verify: list[Used] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)

    def ours(self) -> Spent:
        """A run of ours, its check taken off."""
        out = self.folder / "ours"
        home = self.folder / "home"
        ended = finished(reelyard("run", "convert", self.source, *OURS, "-o", out, "--home", home))
        self.sizes["ours"] = sum(file.stat().st_size for file in out.iterdir())
        shutil.rmtree(out)
        check = ended.stage("verify")
        self.verify.append(check)
        return dataclasses.replace(ended, wall_s=ended.wall_s - check.wall_s, cpu_s=ended.cpu_s - check.cpu_s)

    def theirs(self) -> Spent:
        """A run of HandBrakeCLI."""
        out = self.folder / "theirs.mp4"
        ended = spent(["HandBrakeCLI", "--input", str(self.source), "--output", str(out), *THEIRS])
        # It ends with 0 also where nothing was made.
        if ended.code or not out.exists():
            raise RuntimeError(f"HandBrakeCLI made nothing: {ended.err[-2000:]}")
        self.sizes["theirs"] = out.stat().st_size
        out.unlink()
        return ended


def main() -> None:
    """Prints wall, CPU and memory of both sides and their ratios, for the short source and the long one."""
    made = parser(__doc__, rounds=5)
    made.add_argument(
        "--long-height", type=int, default=360, help="720 is nearer to films, and takes four times as long"
    )
    given = made.parse_args(namespace=Asked())
    if shutil.which("HandBrakeCLI") is None:
        sys.exit(MISSING)
    rounds = 1 if given.quick else given.rounds
    print(f"{version()}; n = {rounds}, interleaved; ours without its check")
    print_machine()
    print(f"  ours:   run convert SOURCE {shlex.join(OURS)}\n  theirs: HandBrakeCLI {shlex.join(THEIRS)}")
    rows = []
    with tempfile.TemporaryDirectory(prefix="reelyard-bench-") as folder:
        rows += _compared(films.heavy(), Path(folder), rounds, "wall 0.80, CPU 0.95, memory 0.65")
        if not given.quick:
            rows += _compared(films.long(given.long_height), Path(folder), rounds, "wall 1.00")
    save(given, "handbrake", rows, theirs=version(), our_words=OURS, their_words=THEIRS)


def _compared(source: Path, folder: Path, rounds: int, reach: str) -> list[dict[str, object]]:
    match = _Match(source, folder)
    # Once unmeasured: it makes our home, and both sides find program and source in the page cache afterwards.
    match.ours()
    match.theirs()
    match.verify.clear()
    pairs = interleaved(match.ours, match.theirs, rounds)
    print_pairs(f"{source.name}; to reach: {reach}", pairs)
    print_row("our check, taken off: wall", [each.wall_s for each in match.verify], "s", 3)
    print_row("our check, taken off: CPU", [each.cpu_s for each in match.verify], "s", 2)
    print_row("wall ratio with our check", _with_check(pairs, match.verify), "", 3)
    print(f"  result: ours {match.sizes['ours']:,} bytes, theirs {match.sizes['theirs']:,}")
    rows = pairs_as_rows(source.name, pairs)
    for row, check in zip(rows, match.verify, strict=True):
        row |= {"verify": dataclasses.asdict(check), "bytes": dict(match.sizes)}
    return rows


def _with_check(pairs: list[Pair], checks: list[Used]) -> list[float]:
    return [(pair.ours.wall_s + check.wall_s) / pair.theirs.wall_s for pair, check in zip(pairs, checks, strict=True)]


def version() -> str:
    """What HandBrakeCLI calls itself."""
    said = run(["HandBrakeCLI", "--version"])
    return next((line for line in (said.out + said.err).splitlines() if line.startswith("HandBrake ")), "HandBrakeCLI")


if __name__ == "__main__":
    main()
