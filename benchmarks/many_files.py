"""500 small files through one `reelyard run` against a shell loop: `python -m benchmarks.many_files [--rounds N]`.

The loop is what a person with a shell would write: one file after the other, and for each the very ffmpeg processes
that we run for it, with the same arguments: encode, finish (move the index to the front), and decode the result as a
check. What we do besides is ours alone: starting up, probing, reading back what was written, keeping the journal,
publishing under a free name. Both sides are whole programs from their start to their end.

We run as many jobs at once as there are cores (`--jobs`), as a user with many small files would; the loop, as loops
do, runs one. `--side-by-side` also measures the loop with as many at once. The files are 160x90 H.264 and AAC, 0.4 s
each. About 6 minutes with 5 rounds on two quiet cores.
"""

from __future__ import annotations

import os
import shlex
import shutil
import tempfile
from pathlib import Path

from app.bootstrap import open_presets
from app.home import find_home
from benchmarks.by_hand import by_hand
from benchmarks.command import Given, pairs_as_rows, parser, save
from benchmarks.measure import interleaved, print_machine, print_pairs
from benchmarks.spent import Spent, finished, reelyard, spent
from pipeline.media.probe import Prober
from pipeline.media.toolchain import Toolchain
from pipeline.model.source import Source
from pipeline.model.stage import Scratch
from pipeline.recipes.convert import Convert
from tests.support.builders import ffmpeg, make

PRESET = "web-1080p"
_SUFFIX = ".mp4"
_MADE = (
    "-f lavfi -i testsrc2=size=160x90:rate=25:duration=0.4 -f lavfi -i sine=sample_rate=48000:duration=0.4 "
    "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac -b:a 96k -movflags +faststart"
)


class Asked(Given):
    """What was asked for."""

    files: int
    jobs: int
    side_by_side: bool


def main() -> None:
    """Prints wall and CPU time of both sides, and their ratios."""
    made = parser(__doc__, rounds=5)
    made.add_argument("--files", type=int, default=500)
    made.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    made.add_argument("--side-by-side", action="store_true")
    given = made.parse_args(namespace=Asked())
    count, rounds = (20, 1) if given.quick else (given.files, given.rounds)
    rows = []
    with tempfile.TemporaryDirectory(prefix="reelyard-bench-") as place:
        folder = Path(place)
        files = _files(folder / "in", count)
        commands = _commands(files[0], folder)
        print_machine()
        print("  of each file, the loop runs:")
        for argv in commands:
            print(f"    {shlex.join(['ffmpeg', *argv[1:]])}")

        def ours() -> Spent:
            out = folder / "ours"
            ended = finished(
                reelyard("run", "convert", files[0].parent, "--preset", PRESET, "-o", out, "--home", folder / "home",
                         "--jobs", str(given.jobs))
            )  # fmt: skip
            assert ended.summary()["completed"] == count
            shutil.rmtree(out)
            return ended

        finished(reelyard("run", "convert", files[0], "-o", folder / "first", "--home", folder / "home"))
        for at_once in (1, given.jobs) if given.side_by_side else (1,):
            loop = _Loop(folder, files, commands, at_once)
            pairs = interleaved(ours, loop.run, rounds)
            print_pairs(
                f"{count} files, {given.jobs} at once, against a shell loop with {at_once}; to reach: 0.85", pairs
            )
            rows += pairs_as_rows(f"{at_once} at once in the loop", pairs)
    save(given, "many_files", rows, files=count, jobs=given.jobs, commands=commands)


def _files(folder: Path, count: int) -> list[Path]:
    """Copies of one clip: what is measured is how many there are, not what is in them."""
    folder.mkdir()
    first = make(shlex.split(_MADE), folder / f"clip 000{_SUFFIX}")
    return [first, *(shutil.copyfile(first, folder / f"clip {number:03}{_SUFFIX}") for number in range(1, count))]


def _commands(file: Path, folder: Path) -> list[list[str]]:
    """The arguments of every ffmpeg process that the recipe runs for this file, in their order."""
    prober = Prober()
    found = file.stat()
    source = Source(path=os.fsencode(file), size=found.st_size, mtime_ns=found.st_mtime_ns, info=prober.info(str(file)))
    prober.close()
    flow = open_presets(find_home(str(folder / "home"))).flow("convert", PRESET, {})
    commands: list[list[str]] = []
    scratch = folder / "by hand"
    scratch.mkdir()
    script = Convert().script(source, Convert().decode(flow.steps[0].options), Scratch())
    by_hand(script, scratch, Toolchain(), commands.append)
    return [argv for argv in commands if argv[0] == ffmpeg()]


class _Loop:
    """A shell script that does the commands for each file, in a folder of that file's own."""

    def __init__(self, folder: Path, files: list[Path], commands: list[list[str]], at_once: int) -> None:
        self._work = folder / "theirs"
        self._script = folder / f"loop-{at_once}.sh"
        # The source's path is replaced by the loop's variable wherever it stands in a word.
        named = [" ".join(shlex.quote(word).replace(str(files[0]), "'\"$1\"'") for word in argv) for argv in commands]
        one = "\n".join(["set -e", 'mkdir "$2"; cd "$2"', *(f"{line} >log 2>&1" for line in named)])
        each = folder / f"one-{at_once}.sh"
        each.write_text(one + "\n")
        pairs = [f"{shlex.quote(str(file))} {number}" for number, file in enumerate(files)]
        if at_once == 1:
            lines = [f"(set -- {pair}; {one})" for pair in pairs]
        else:
            words = " ".join(pairs)
            lines = [f"printf '%s\\0' {words} | xargs -0 -n 2 -P {at_once} sh {shlex.quote(str(each))}"]
        self._script.write_text("\n".join(["set -e", *lines]) + "\n")

    def run(self) -> Spent:
        """Does all files."""
        self._work.mkdir()
        ended = finished(spent(["sh", str(self._script)], folder=self._work))
        shutil.rmtree(self._work)
        return ended


if __name__ == "__main__":
    main()
