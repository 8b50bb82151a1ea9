"""Probing by our workers against one `ffmpeg -i` process a file: `python -m benchmarks.probing [FILE…] [--files N]`."""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.clips import fetch, listed
from benchmarks.measure import interleaved, print_machine, print_pairs, print_row
from pipeline.media.probe import Prober
from pipeline.model.problem import PipelineError
from tests.support.builders import ffmpeg
from tests.support.child import run

_WORKERS = 2


def main() -> None:
    """Prints the ratio over groups of 50 files, and the time all files took us."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="*", type=Path, help="files to probe; without any, the real clips are fetched")
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--group", type=int, default=50)
    given = parser.parse_args()
    clips = given.clips or list(fetch(listed()).values())
    with tempfile.TemporaryDirectory(prefix="reelyard-bench-") as folder:
        files = _spread(clips, Path(folder), given.files)
        _measure(files, given.group)


def _spread(clips: Sequence[Path], folder: Path, count: int) -> list[str]:
    """That many names for the clips. Links: what is measured is opening and reading, not the size of the disk."""
    files = []
    for number, clip in zip(range(count), itertools.cycle(clips)):
        file = folder / f"{number:05d}{clip.suffix}"
        try:
            os.link(clip, file)
        except OSError:
            shutil.copyfile(clip, file)
        files.append(str(file))
    return files


def _measure(files: Sequence[str], size: int) -> None:
    groups = [files[at : at + size] for at in range(0, len(files), size)]
    prober = Prober(workers=_WORKERS)
    try:
        with ThreadPoolExecutor(_WORKERS) as pool:
            list(pool.map(lambda file: _probe(prober, file), files[:4]))  # the workers start with the first file
            ours, theirs = _sides(pool, prober, groups)
            pairs = interleaved(ours, theirs, len(groups))
            print(f"Probing {len(files)} files, {_WORKERS} at once, in groups of {size}")
            print("  to reach: ratio 0.25, and 10 s for 1,000 files")
            print_machine()
            print_pairs("Our workers against `ffmpeg -i`, the same group one after the other", pairs)
            began = time.perf_counter()
            found = sum(pool.map(lambda file: _probe(prober, file), files))
            print_row(f"all {len(files)} files, {found} of them media", [time.perf_counter() - began], "s", 2)
    finally:
        prober.close()


def _sides(
    pool: ThreadPoolExecutor, prober: Prober, groups: Sequence[Sequence[str]]
) -> tuple[Callable[[], None], Callable[[], None]]:
    our_groups, their_groups = iter(groups), iter(groups)

    def ours() -> None:
        list(pool.map(lambda file: _probe(prober, file), next(our_groups)))

    def theirs() -> None:
        list(pool.map(lambda file: run([ffmpeg(), "-hide_banner", "-i", f"file:{file}"]), next(their_groups)))

    return ours, theirs


def _probe(prober: Prober, file: str) -> bool:
    try:
        prober.info(file)
    except PipelineError:
        return False
    return True


if __name__ == "__main__":
    main()
