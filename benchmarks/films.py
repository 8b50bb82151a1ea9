"""Films joined from the real clips, for measurements no clip alone is large or long enough for; made once and kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.clips import cache_folder, fetch, listed
from tests.support.builders import ffmpeg
from tests.support.child import run


@dataclass(frozen=True)
class Part:
    """Seconds of one clip, from its beginning."""

    clip: str
    length_s: float


HEAVY = (Part("hello.mp4", 3.0), Part("bigbuckbunny.mp4", 2.5), Part("cockatoo.mp4", 2.5))
LONG = (
    Part("hello.mp4", 8.3), Part("vtest.avi", 60.0), Part("cockatoo.mp4", 14.0), Part("bigbuckbunny.mp4", 5.2),
    Part("bikes.mp4", 10.0), Part("tour.mp4", 11.0), Part("ball.mp4", 10.0), Part("hello.mpeg", 8.2),
    Part("birds.mp4", 1.0), Part("together.mp4", 72.3),
)  # fmt: skip


def heavy() -> Path:
    """8 s of 1080p at 47 Mb/s with a little grain, as cameras write them: heavy to decode."""
    grain = ",noise=alls=4:allf=t"
    return _joined("heavy-8s-1080p.mkv", HEAVY, 1920, 1080, grain, ("-preset", "veryfast", "-b:v", "47M"))


def long(height: int = 360) -> Path:
    """200 s of ten clips, 16:9."""
    name = f"long-200s-{height}p.mkv"
    return _joined(name, LONG, height * 16 // 9, height, "", ("-preset", "veryfast", "-crf", "14"))


def _joined(name: str, parts: Sequence[Part], width: int, height: int, then: str, coded: Sequence[str]) -> Path:
    """The parts one after the other at 25 frames a second, scaled and cut to one size, with real music."""
    file = cache_folder() / name
    if file.exists():
        return file
    wanted = {part.clip for part in parts} | {"house_keeping.mkv"}
    clips = fetch([clip for clip in listed(large=True) if clip.name in wanted])
    inputs = [word for part in parts for word in ("-t", f"{part.length_s:g}", "-i", f"file:{clips[part.clip]}")]
    inputs += ["-stream_loop", "-1", "-i", f"file:{clips['house_keeping.mkv']}"]
    fit = f"scale={width}:{height}:force_original_aspect_ratio=increase:flags=bicubic,crop={width}:{height}"
    chains = [
        f"[{number}:v:0]fps=25,{fit},setsar=1,format=yuv420p,tpad=stop=-1:stop_mode=clone,"
        f"trim=duration={part.length_s:g},setpts=PTS-STARTPTS[p{number}]"
        for number, part in enumerate(parts)
    ]
    pads = "".join(f"[p{number}]" for number in range(len(parts)))
    graph = ";".join([*chains, f"{pads}concat=n={len(parts)}{then}[v]"])
    length_s = sum(part.length_s for part in parts)
    half = file.with_name(f".half-{name}")
    done = run(
        [
            ffmpeg(), "-v", "error", "-nostdin", "-y", *inputs, "-filter_complex", graph, "-map", "[v]",
            "-map", f"{len(parts)}:a:0", "-t", f"{length_s:g}", "-c:v", "libx264", *coded,
            "-c:a", "aac", "-b:a", "160k", f"file:{half}",
        ],
        limit_s=1800,
    )  # fmt: skip
    if done.code:
        raise RuntimeError(f"{name} could not be made: {done.err[-2000:]}")
    return half.replace(file)
