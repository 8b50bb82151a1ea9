"""Scores a result against its source by a command of its own: VMAF of all frames, each beside its own by number."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from tests.support.builders import ffmpeg
from tests.support.child import run
from tests.support.reader import read


def frames_of(file: Path) -> tuple[int, int, int]:
    """Width, height and how many frames the picture of a result has."""
    video = read(file).video
    return *video.size, video.packets


def vmaf(result: Path, source: Path) -> tuple[float, int]:
    """The mean VMAF of a result, and how many frames it is of.

    Frames are put beside each other by their number, from the first: time stamps in two containers may differ by a
    tick, and then a filter that goes by time compares neighbours. The result must begin where the source does.

    Raises:
        RuntimeError: the result has more frames than the source, or ffmpeg failed.
    """
    width, height, frames = frames_of(result)
    by_number = "settb=1/25,setpts=N"
    # Tags are made equal: between a source that says nothing of its colours and a result that does, ffmpeg would put
    # a conversion of its own, which costs the result up to 6 points.
    alike = (
        f"scale={width}:{height}:flags=bicubic:out_range=tv,format=yuv420p,setsar=1,"
        "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
    )
    graph = (
        f"[0:V:0]{by_number},{alike}[d];[1:V:0]trim=end_frame={frames},{by_number},{alike}[r];"
        "[d][r]libvmaf=n_threads=2:log_fmt=json:log_path=vmaf.json:shortest=1[q]"
    )
    with tempfile.TemporaryDirectory(prefix="reelyard-vmaf-") as folder:
        done = run(
            [
                ffmpeg(), "-v", "error", "-nostdin", "-i", f"file:{result}", "-i", f"file:{source}",
                "-filter_complex", graph, "-map", "[q]", "-fps_mode", "passthrough", "-f", "null", "-",
            ],
            folder=folder,
            limit_s=1800,
        )  # fmt: skip
        if done.code:
            raise RuntimeError(f"{result.name} could not be scored: {done.err[-1000:]}")
        told = json.loads(Path(folder, "vmaf.json").read_text())
    scored = len(told["frames"])
    if scored != frames:
        raise RuntimeError(f"{result.name} has {frames} frames, but {scored} could be scored against {source.name}.")
    return float(told["pooled_metrics"]["vmaf"]["mean"]), scored
