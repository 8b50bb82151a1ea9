"""Three outputs of one source in one run against three runs: `python -m benchmarks.many_outputs [--rounds N]`.

H.264 veryfast at 1080p, 720p and 480p of 8 s of 1080p at 47 Mb/s. One side is a preset that names all three, so they
come out of one decode; the other is three presets of the same values, one run after the other. Both sides check every
result, and both are whole programs from their start to their end. About 3 minutes with 5 rounds on two quiet cores.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from benchmarks import films
from benchmarks.command import Given, pairs_as_rows, parser, save
from benchmarks.measure import interleaved, print_machine, print_pairs
from benchmarks.spent import Spent, finished, reelyard
from tests.support.builders import Media

HEIGHTS = (1080, 720, 480)
_PRESET = """schema = 1
recipe = "convert"
id = "{id}"
label = "{id}"
summary = "For a measurement."

[options]
{options}
"""


def main() -> None:
    """Prints wall, CPU and memory of one run and of three, and their ratios."""
    given = parser(__doc__, rounds=5).parse_args(namespace=Given())
    rounds = 1 if given.quick else given.rounds
    with tempfile.TemporaryDirectory(prefix="reelyard-bench-") as place:
        folder = Path(place)
        source = Media(folder).clip("h264_aac.mp4") if given.quick else films.heavy()
        _write_presets(folder / "home" / "presets")

        def one() -> Spent:
            made = _converted(source, folder, "three")
            results = len(made.summary()["jobs"][0]["artifacts"])
            assert results == len(HEIGHTS), f"{results} results"
            return made

        def three() -> Spent:
            runs = [_converted(source, folder, f"only-{height}") for height in HEIGHTS]
            return Spent(
                code=0,
                wall_s=sum(run.wall_s for run in runs),
                cpu_s=sum(run.cpu_s for run in runs),
                peak_mib=max(run.peak_mib for run in runs),
                err="",
            )

        print_machine()
        _converted(source, folder, "only-480")  # makes the home, and reads the source into the page cache
        pairs = interleaved(one, three, rounds)
    print_pairs(f"{source.name}: {len(HEIGHTS)} outputs in one run against as many runs; to reach: wall 0.75", pairs)
    save(given, "many_outputs", pairs_as_rows(source.name, pairs), heights=HEIGHTS)


def _write_presets(folder: Path) -> None:
    folder.mkdir(parents=True)
    outputs = {height: {"speed": "veryfast", "crf": 22, "max_height": height} for height in HEIGHTS}
    for height, options in outputs.items():
        _write(folder, f"only-{height}", [f"{name} = {json.dumps(value)}" for name, value in options.items()])
    first, *others = outputs.values()
    further = ", ".join("{" + ", ".join(f"{name} = {json.dumps(value)}" for name, value in each.items()) + "}"
                        for each in others)  # fmt: skip
    lines = [f"{name} = {json.dumps(value)}" for name, value in first.items()]
    _write(folder, "three", [*lines, f"also = [{further}]"])


def _write(folder: Path, name: str, lines: list[str]) -> None:
    (folder / f"convert.{name}.toml").write_text(_PRESET.format(id=name, options="\n".join(lines)))


def _converted(source: Path, folder: Path, preset: str) -> Spent:
    out = folder / "out"
    made = finished(
        reelyard("run", "convert", source, "--preset", preset, "-o", out, "--home", folder / "home", "--jobs", "1")
    )
    shutil.rmtree(out)
    return made


if __name__ == "__main__":
    main()
