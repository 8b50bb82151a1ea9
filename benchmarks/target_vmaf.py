"""Quality by VMAF: what does the result score, and what does the search cost? `python -m benchmarks.target_vmaf`.

    python -m benchmarks.target_vmaf [--goals 95 93] [--rounds N] [--encoders h264 av1 hevc] [--quick] [--out FILE]

First every real clip with pictures (the first 6 s of long ones) through the preset `target-vmaf-95`, with each goal.
The result is scored by a command of this file's own: all frames, each beside the same frame of the source by number
(conversions keep every frame; the counts are compared), the source scaled to the result's size. To reach: goal - 0.5 to
goal + 1 for 95 % of the clips that can reach it. A clip that misses is encoded at the best and the worst quality its
encoder has (CRF 1 and 51): it can reach the goal if the goal lies between what those two score.

Then a film of 200 s: the wall time of the search Stage against that of a full encode of the same film by a bare
ffmpeg with the CRF that was found, interleaved. To reach for H.264 medium: 0.40; other encoders are printed.
About 7 minutes with the defaults on two quiet cores.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import films
from benchmarks.clips import fetch, listed
from benchmarks.command import Given, pairs_as_rows, parser, save
from benchmarks.measure import interleaved, print_machine, print_pairs, print_row
from benchmarks.scores import frames_of, vmaf
from benchmarks.spent import Spent, finished, reelyard, spent
from tests.support.builders import ffmpeg
from tests.support.child import run

PRESET = "target-vmaf-95"
UNDER, OVER = 0.5, 1.0
_SEARCH = "search"
_ENCODERS = {
    "h264": ["-c:v", "libx264", "-preset", "medium"],
    "av1": ["-c:v", "libsvtav1", "-preset", "8"],
    "hevc": ["-c:v", "libx265", "-preset", "medium", "-x265-params", "log-level=error"],
}


class Asked(Given):
    """What was asked for."""

    goals: list[float]
    encoders: list[str]
    seconds: float


def main() -> None:
    """Prints every clip's score, how many hit the band, and what the search costs."""
    made = parser(__doc__, rounds=3)
    made.add_argument("--goals", type=float, nargs="*", default=[95.0, 93.0])
    made.add_argument("--encoders", nargs="*", default=["h264"], choices=sorted(_ENCODERS))
    made.add_argument("--seconds", type=float, default=6.0, help="how much of long clips (default: %(default)s)")
    given = made.parse_args(namespace=Asked())
    print_machine()
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="reelyard-bench-") as place:
        folder = Path(place)
        clips = fetch([clip for clip in listed(large=not given.quick) if clip.has_pictures])
        chosen = dict(list(clips.items())[:3]) if given.quick else clips
        for goal in given.goals[: 1 if given.quick else None]:
            rows += _scored(chosen, goal, given.seconds, folder)
        film = next(iter(chosen.values())) if given.quick else films.long()
        for encoder in given.encoders:
            rows += _search(film, encoder, folder, 1 if given.quick else given.rounds)
    save(given, "target_vmaf", rows, goals=given.goals)


def _scored(clips: dict[str, Path], goal: float, seconds: float, folder: Path) -> list[dict[str, Any]]:
    print(f"goal {goal:g}")
    rows = [_clip(name, clip, goal, seconds, folder) for name, clip in clips.items()]
    able = [row for row in rows if row["can_reach"] and "problem" not in row]
    failed = sum("problem" in row for row in rows)
    hit = sum(row["is_hit"] for row in able)
    print_row("score - goal, of those that can", [row["vmaf"] - goal for row in able], "", 2)
    cannot = len(rows) - len(able) - failed
    print(f"  in the band: {hit} of {len(able)} that can reach it ({cannot} cannot, {failed} failed); to reach: 95 %")
    return rows


def _clip(name: str, clip: Path, goal: float, seconds: float, folder: Path) -> dict[str, Any]:
    out = folder / "out"
    ended = reelyard(
        "run", "convert", clip, "--preset", PRESET, "--set", f"target_vmaf={goal:g}", "--set", f"end={seconds:g}",
        "--set", "audio=none", "-o", out, "--home", folder / "home", "--jobs", "1",
    )  # fmt: skip
    row: dict[str, Any] = {"clip": name, "goal": goal, "vmaf": float("nan"), "is_hit": False, "can_reach": True}
    jobs = ended.summary()["jobs"]
    if ended.code:
        row["problem"] = jobs[0]["problem"]["message"] if jobs else ended.err[-500:]
        print(f"    {name:<22} FAILED: {row['problem']}")
        return row
    file = Path(jobs[0]["artifacts"][0]["path"])
    try:
        score, frames = vmaf(file, clip)
    except RuntimeError as why:
        print(f"    {name:<22} NOT SCORED: {why}", flush=True)
        shutil.rmtree(out)
        return row | {"problem": str(why)}
    is_hit = goal - UNDER <= score <= goal + OVER
    told = {"measures": jobs[0]["artifacts"][0]["measures"], "warnings": [each["code"] for each in jobs[0]["warnings"]]}
    row |= {"vmaf": score, "frames": frames, "is_hit": is_hit, "bytes": file.stat().st_size, **told}
    row |= {"search_s": ended.stage(_SEARCH).wall_s, "wall_s": ended.wall_s}
    if not is_hit:
        row["best"], row["worst"] = (_at(clip, crf, file, folder) for crf in (1, 51))
        row["can_reach"] = row["worst"] <= goal + OVER and row["best"] >= goal - UNDER
    shutil.rmtree(out)
    limits = "" if is_hit else f"  MISSED; CRF 1 scores {row['best']:.2f}, CRF 51 {row['worst']:.2f}"
    print(f"    {name:<22} {score:6.2f}  {frames:>4} frames{limits}", flush=True)
    return row


def _at(clip: Path, crf: int, like: Path, folder: Path) -> float:
    """The score of a plain x264 encode of this quality, as large and as long as another result."""
    file = folder / f"crf{crf}.mkv"
    width, height, frames = frames_of(like)
    done = run(
        [
            ffmpeg(), "-v", "error", "-nostdin", "-y", "-i", f"file:{clip}", "-map", "0:V:0", "-frames:v", str(frames),
            "-vf", f"scale={width}:{height}:flags=bicubic,format=yuv420p", "-fps_mode", "passthrough",
            "-c:v", "libx264", "-crf", str(crf), f"file:{file}",
        ],
        limit_s=900,
    )  # fmt: skip
    assert done.code == 0, done.err[-1000:]
    score, _ = vmaf(file, clip)
    file.unlink()
    return score


def _search(film: Path, encoder: str, folder: Path, rounds: int) -> list[dict[str, Any]]:
    found: dict[str, Any] = {}

    def ours() -> Spent:
        out = folder / "out"
        ended = finished(
            reelyard("run", "convert", film, "--preset", PRESET, "--set", f"video={encoder}", "--set", "speed=medium",
                     "-o", out, "--home", folder / "home", "--jobs", "1")
        )  # fmt: skip
        artifact = ended.summary()["jobs"][0]["artifacts"][0]
        found.update(measures=artifact["measures"], bytes=artifact["bytes"])
        found["vmaf"], _ = vmaf(Path(artifact["path"]), film)
        shutil.rmtree(out)
        search = ended.stage(_SEARCH)
        return Spent(0, search.wall_s, search.cpu_s, ended.peak_mib, "")

    def theirs() -> Spent:
        crf = found["measures"].get("crf", 24)
        words = [
            "-map",
            "0:V:0",
            "-fps_mode",
            "passthrough",
            *_ENCODERS[encoder],
            "-crf",
            f"{crf:g}",
            "-f",
            "null",
            "-",
        ]
        return finished(spent([ffmpeg(), "-v", "error", "-nostdin", "-i", f"file:{film}", *words], folder=os.getcwd()))

    pairs = interleaved(ours, theirs, rounds)
    reach = "; to reach: 0.40" if encoder == "h264" else ""
    print_pairs(f"{film.name}, {encoder}: the search against a full encode at the CRF it found{reach}", pairs)
    print(f"  found {found['measures']}, scored again: {found['vmaf']:.2f}")
    return [row | found for row in pairs_as_rows(f"search {encoder}", pairs)]


if __name__ == "__main__":
    main()
