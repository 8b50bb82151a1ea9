"""Finds the CRF at which a film will score what was asked for, by trying some on short windows of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from pipeline.media.command import command, copies, nowhere, output
from pipeline.model.machine import Machine
from pipeline.model.source import MediaInfo, Source
from pipeline.model.stage import Command, Run, Talk, taking
from pipeline.stages.curve import SCALES, best_guess, first_tries, next_tries, score_at
from pipeline.stages.encoders import Crf
from pipeline.stages.output import Output
from pipeline.stages.score import Pair, Scoring, frame_bytes, model_of, pooled, room_for, scoring
from pipeline.stages.transcode import drawn, film_options
from pipeline.stages.windows import Windows, film_of, windows_of

# Where each round ends on the bar; most searches need two.
_REACHED = (0.0, 0.5, 0.8, 0.93, 1.0)
# How many pictures a decoder of one window holds until its turn comes.
_HELD_FRAMES = 24
_WINDOWS_SHARE = 0.25
# As many windows are read at once where nobody knows how much memory there is.
_GROUP = 8


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
    scale, goal = SCALES[made.choices.video], made.choices.target_vmaf
    seconds = made.seconds(info)
    windows = windows_of(made.span, seconds, made.frames(info) / seconds if seconds else 0.0)
    lost = 0.0 if windows.is_whole else scale.windows_lose.get(made.choices.speed, 0.0)
    tried: dict[float, float] = {}
    wanted = first_tries(scale, goal)
    for number, (start, end) in enumerate(pairwise(_REACHED), 1):
        name = f"{made.result.rpartition('.')[0]}.search-{number}"
        scores = yield from taking(start, end, _scores(source, info, made, windows, wanted, machine, name))
        tried |= {crf: score + lost for crf, score in scores.items()}
        wanted = next_tries(tried, scale, goal)
        if not wanted:
            break
    return Found(best_guess(tried, scale, goal), tried)


def _scores(
    source: Source, info: MediaInfo, made: Output, windows: Windows, crfs: Sequence[float], machine: Machine, name: str
) -> Talk[dict[float, float]]:
    """What each CRF scores on the windows, all tried in one process, or in as few as there is memory for."""
    room = max(1, room_for(machine, made.size, made.pixels.bit_depth))
    groups = _groups(windows, made, machine)
    parts = [(group, crfs[at : at + room]) for group in groups for at in range(0, len(crfs), room)]
    found: dict[float, list[tuple[float, int]]] = {crf: [] for crf in crfs}
    for number, (group, some) in enumerate(parts, 1):
        films = {crf: _film(f"{name}-{number}-{crf:g}.json", made, machine) for crf in some}
        ready = (source.file,) if source.is_scratch else ()
        yield Run(
            _command(source, info, made, group, films),
            reads=(*ready, *(made.burn.files if made.burn else ())),
            makes=tuple(each.log for each in films.values()),
            part=(number, len(parts)),
            label=f"Try CRF {', '.join(f'{crf:g}' for crf in some)}",
        )
        pools = yield from taking(
            (number - 1) / len(parts), number / len(parts), pooled([each.log for each in films.values()])
        )
        for crf, pool in zip(some, pools, strict=True):
            found[crf].append((pool.mean, pool.frames))
    return {crf: sum(mean * n for mean, n in each) / sum(n for _, n in each) for crf, each in found.items()}


def _film(log: str, made: Output, machine: Machine) -> Scoring:
    return Scoring(log, model_of(made.size), machine.cores)


def _groups(windows: Windows, made: Output, machine: Machine) -> tuple[Windows, ...]:
    """Windows that are read at once: each has a decoder of its own, which holds pictures until its turn comes."""
    film = made.film
    memory_bytes = machine.memory_bytes * _WINDOWS_SHARE
    if film is None or not memory_bytes:
        return windows.in_groups(_GROUP)
    held_bytes = _HELD_FRAMES * frame_bytes((film.width, film.height), film.bit_depth)
    return windows.in_groups(int(memory_bytes / held_bytes))


def _command(
    source: Source, info: MediaInfo, made: Output, windows: Windows, films: Mapping[float, Scoring]
) -> Command:
    """One process that encodes the windows with each CRF and scores what comes of it."""
    film = made.film
    assert film is not None
    # Burnt subtitles have times of the whole film, which windows do not.
    plain = made if windows.is_whole else replace(made, burn=None)
    *given, picture = copies(drawn(film_of(source, film, windows), film, plain), len(films) + 1)
    outputs: list[Any] = []
    for crf, stream in zip(films, given, strict=True):
        options = film_options(film, replace(made, quality=Crf(crf))) | {"enc_time_base:v:0": "filter"}
        if windows.joints_s:
            # Each begins anew, as a film does at a cut, and learns nothing from one that has nothing to do with it.
            options["force_key_frames:v:0"] = ",".join(f"{at_s:g}" for at_s in windows.joints_s)
        outputs.append(output([stream], "-", format="null", **options))
    pairs = [Pair(f"{at}:0", f"{len(films)}:0", how) for at, how in enumerate(films.values())]
    return command(
        *outputs,
        nowhere(picture, fps_mode="passthrough", enc_time_base="filter"),
        after=scoring(pairs),
        expect_s=windows.seconds,
        expect_frames=made.frames(info) if windows.is_whole else round(windows.seconds * film.frame_rate),
    )
