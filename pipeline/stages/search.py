"""Finds the CRF at which a film will score what was asked for, by trying some on short windows of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline.media.command import command, copies, nowhere, output
from pipeline.model.machine import Machine
from pipeline.model.source import MediaInfo, MediaStream, Source
from pipeline.model.stage import Command, Run, Talk, between
from pipeline.stages.encoders import Crf, finished
from pipeline.stages.output import Output
from pipeline.stages.score import Pair, Scoring, fits_beside, model_of, pooled, scoring
from pipeline.stages.transcode import drawn, film_options
from pipeline.stages.windows import Windows, film_of, windows_of

# A result is as asked for from half a point below to a point above; this is its middle.
BELOW, ABOVE = 0.5, 1.0
_AIM = (ABOVE - BELOW) / 2
# A try so near its aim needs no other: what is left is less than what the windows themselves miss by.
_NEAR = 0.4
_ROUNDS = 4
# Where each round ends on the bar; most searches need two.
_REACHED = (0.0, 0.5, 0.8, 0.93, 1.0)
# No try lies further outside of those before than this many steps of the codec's usual distance.
_FURTHEST = 2.5
# How many pictures a decoder of one window holds until its turn comes.
_HELD_FRAMES = 24
_WINDOWS_SHARE = 0.25


@dataclass(frozen=True)
class Scale:
    """One encoder's CRF: the best and the worst that make sense, the steps it knows, and where to look first.

    `usual` is about VMAF 95. `spread` is about what halves or doubles what is missing to 100. `windows_lose` is by
    how much short windows score less than the same pictures in the whole film, where the encoder sees further ahead.
    """

    best: float
    worst: float
    step: float
    usual: float
    spread: float
    windows_lose: float


# The best ones are where no eye sees a difference to anything lower, and files only grow.
SCALES = {
    "h264": Scale(8, 51, 0.1, 22, 6, 0.45),
    "hevc": Scale(8, 51, 0.1, 23, 6, 0.45),
    "av1": Scale(8, 63, 0.25, 32, 10, 0.6),
    "vp9": Scale(8, 63, 1, 32, 9, 0.45),
}


@dataclass(frozen=True)
class Found:
    """What a search came to. `tried` are scores by CRF, as they are expected of the whole film."""

    crf: float
    tried: Mapping[float, float]

    @property
    def expected(self) -> float:
        """The score to expect of the whole film."""
        return score_at(self.tried, self.crf)


def searched(source: Source, info: MediaInfo, made: Output, machine: Machine) -> Talk[Found]:
    """Tries CRFs until one is near enough to the score asked for, and returns it or the nearest there is.

    Raises:
        StepFailed: the windows cannot be encoded or scored; the whole could not be either.
    """
    film = made.selection.of_kind("video")[0].stream
    scale, goal = SCALES[made.choices.video], made.choices.target_vmaf
    windows = windows_of(made.span, made.seconds(info), film.frame_rate)
    lost = 0.0 if windows.is_whole else scale.windows_lose
    tried: dict[float, float] = {}
    wanted = first_tries(scale, goal)
    for round_ in range(1, _ROUNDS + 1):
        parts = _parts(windows, wanted, made, film, machine)
        scores: dict[float, list[tuple[float, int]]] = {}
        for number, (group, crfs) in enumerate(parts):
            start, end = (_share(round_, at, len(parts)) for at in (number, number + 1))
            logs = tuple(f"{_stem(made)}.search-{round_}-{number + 1}-{at}.json" for at in range(1, len(crfs) + 1))
            how = _Try(crfs, logs, model_of(film, made.choices), max(1, machine.cores))
            yield Run(
                _command(source, made, film, group, how, made.frames(info)),
                makes=logs,
                reads=(source.file,) if source.is_scratch else (),
                part=between(start, end),
                label=f"Try CRF {', '.join(f'{crf:g}' for crf in crfs)}",
            )
            for crf, each in zip(crfs, (yield from pooled(logs, part=between(start, end))), strict=True):
                scores.setdefault(crf, []).append((each.mean, each.frames))
        for crf, found in scores.items():
            tried[crf] = sum(mean * count for mean, count in found) / sum(count for _, count in found) + lost
        wanted = next_tries(tried, scale, goal)
        if not wanted:
            break
    return Found(best_guess(tried, scale, goal), tried)


def first_tries(scale: Scale, goal: float) -> tuple[float, ...]:
    """Two CRFs around where the goal lies for most films."""
    # What is missing to 100 grows with the CRF by a factor; at the usual CRF it is 5.
    middle = scale.usual + scale.spread * math.log2(max(100.0 - goal, 0.5) / 5.0)
    low, high = (_fit(middle + side * scale.spread * 0.5, scale) for side in (-1, 1))
    return (low, high) if low != high else (low,)


def next_tries(tried: Mapping[float, float], scale: Scale, goal: float) -> tuple[float, ...]:
    """The CRF to try next; none where one that was tried is near enough, or no other is left."""
    aim = goal + _AIM
    if any(abs(score - aim) <= _NEAR for score in tried.values()):
        return ()
    crf = best_guess(tried, scale, goal)
    return () if crf in tried else (crf,)


def best_guess(tried: Mapping[float, float], scale: Scale, goal: float) -> float:
    """The CRF whose score should be in the middle of what is as asked for, by those that were tried."""
    aim = goal + _AIM
    crfs = sorted(tried)
    far = _FURTHEST * scale.spread
    low, high = max(scale.best, crfs[0] - far), min(scale.worst, crfs[-1] + far)
    # The score falls with the CRF, so halving finds where it crosses the aim.
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if score_at(tried, middle, scale) > aim else (low, middle)
    return _fit((low + high) / 2, scale)


# What is missing to 100, and a little, grows with the CRF by nearly the same factor everywhere: 18, 24, 30 and 36 of
# x264 scored 96.9, 94.3, 88.3 and 76.8, so logarithms of 3.6, 6.2, 12.2 and 23.7 are nearly on a line.
_ROOM = 100.5


def score_at(tried: Mapping[float, float], crf: float, scale: Scale | None = None) -> float:
    """The score of a CRF by its neighbours that were tried. `scale` says how steep it is where there is only one."""
    if crf in tried:
        return tried[crf]
    crfs = sorted(tried)
    if len(crfs) == 1:
        slope = math.log(2) / (scale.spread if scale else 6.0)
        return _ROOM - math.exp(_missing(tried[crfs[0]]) + slope * (crf - crfs[0]))
    at = min(max(1, sum(each < crf for each in crfs)), len(crfs) - 1)
    left, right = crfs[at - 1], crfs[at]
    slope = (_missing(tried[right]) - _missing(tried[left])) / (right - left)
    if scale is not None:
        usual = math.log(2) / scale.spread
        # Two that score alike, as a still picture does, say nothing of what lies outside.
        slope = min(max(slope, usual / 4), usual * 4) if crf < left or crf > right else slope
    near = left if abs(crf - left) < abs(crf - right) else right
    return _ROOM - math.exp(_missing(tried[near]) + slope * (crf - near))


def _missing(score: float) -> float:
    return math.log(_ROOM - min(score, 100.0))


def _fit(crf: float, scale: Scale) -> float:
    near = round(round(crf / scale.step) * scale.step, 2)
    return min(max(near, scale.best), scale.worst)


@dataclass(frozen=True)
class _Try:
    """The CRFs of one process, and the log each is scored into."""

    crfs: tuple[float, ...]
    logs: tuple[str, ...]
    model: str
    threads: int


def _parts(
    windows: Windows, crfs: Sequence[float], made: Output, film: MediaStream, machine: Machine
) -> list[tuple[Windows, tuple[float, ...]]]:
    """What is tried in one process each: all of it, or as much as there is memory for."""
    room = max(1, fits_beside(machine, film, made.choices, made.pixels.bit_depth))
    held = _HELD_FRAMES * film.width * film.height * 1.5 * (2 if film.bit_depth > 8 else 1)
    groups = windows.in_groups(
        int(machine.memory_bytes * _WINDOWS_SHARE / held) if machine.memory_bytes and held else 4
    )
    return [(group, tuple(crfs[at : at + room])) for group in groups for at in range(0, len(crfs), room)]


def _command(source: Source, made: Output, film: MediaStream, windows: Windows, how: _Try, frames: int) -> Command:
    """One process that encodes the windows with each CRF and scores what comes of it."""
    # Burnt subtitles have times of the whole film, which windows do not.
    plain = replace(made, burn=None, hardware=None) if not windows.is_whole else replace(made, hardware=None)
    count = len(how.crfs)
    *given, picture = copies(drawn(film_of(source, film, windows), film, plain), count + 1)
    outputs: list[Any] = []
    for crf, stream in zip(how.crfs, given, strict=True):
        tried = replace(made, quality=Crf(crf))
        options = film_options(film, tried)
        if windows.joints_s:
            # Each begins anew, as a film does at a cut, and learns nothing from one that has nothing to do with it.
            options |= {"force_key_frames:v:0": ",".join(f"{at_s:g}" for at_s in windows.joints_s)}
            options |= {"enc_time_base:v:0": "filter"}
        shown = finished(stream, made.choices, made.pixels, made.hardware) if made.hardware else stream
        outputs.append(output([shown], "-", format="null", **options))
    pairs = [Pair(f"{at}:0", f"{count}:0", Scoring(log, how.model, how.threads)) for at, log in enumerate(how.logs)]
    times = {"fps_mode": "passthrough", "enc_time_base": "filter"}
    return command(
        *outputs,
        nowhere(picture, **times),
        after=scoring(pairs),
        expect_s=windows.seconds,
        expect_frames=frames if windows.is_whole else round(windows.seconds * film.frame_rate),
    )


def _share(round_: int, part: int, parts: int) -> float:
    start, end = _REACHED[round_ - 1], _REACHED[round_]
    return start + (end - start) * part / parts


def _stem(made: Output) -> str:
    return made.result.rpartition(".")[0]
