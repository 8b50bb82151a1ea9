"""Encodes a film so that it scores what was asked for, scores all of it, and encodes it once more where it missed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.acts.scores import Pooled
from pipeline.media.command import command, nowhere, scratch_input, source_input
from pipeline.model.machine import Machine
from pipeline.model.problem import PipelineError, Warn, bad_option
from pipeline.model.source import MediaInfo, Source
from pipeline.model.stage import Run, Talk, taking
from pipeline.stages.choices.video import VideoChoices
from pipeline.stages.curve import ABOVE, BELOW, SCALES, best_guess
from pipeline.stages.encoders import Crf
from pipeline.stages.output import Output
from pipeline.stages.score import LEAST_SIDE, Pair, Scoring, model_of, pooled, room_for, scoring
from pipeline.stages.search import Found
from pipeline.stages.transcode import Wrote, drawn, encoded

# Few films are encoded twice, so the first time takes most of the bar.
_FIRST_SHARE = 0.92
# Where pictures are too large to be scored while they are encoded, they are afterwards.
_APART_SHARE = 0.6


@dataclass(frozen=True)
class Reached:
    """What was made to reach a goal: which files, how their encoder ended, what is known of them and to be said."""

    made: Output
    wrote: Wrote
    measures: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[Warn, ...] = ()


@dataclass(frozen=True)
class _Scored:
    """One encode of the whole film, and how it scored."""

    made: Output
    wrote: Wrote
    crf: float
    score: Pooled


def refuse_goal(choices: VideoChoices) -> None:
    """Checks that there is something to reach a score with.

    Raises:
        PipelineError: the codec has no quality to choose.
    """
    if choices.rate == "vmaf" and choices.video != "none" and choices.video not in SCALES:
        why = "Copied pictures stay as they are" if choices.video == "copy" else f"{choices.video} has no CRF to find"
        raise PipelineError(bad_option("rate", f"{why}; VMAF can be a goal for H.264, HEVC, AV1 and VP9"))


def refuse_unscorable(made: Output) -> None:
    """Checks that pictures are large enough for VMAF.

    Raises:
        PipelineError: they are not.
    """
    width, height = made.size
    if min(width, height) < LEAST_SIDE:
        what = f"VMAF cannot judge pictures of {width}x{height}; it needs {LEAST_SIDE} pixels each way"
        raise PipelineError(bad_option("rate", f"{what}. Choose quality by CRF"))


def to_score(source: Source, info: MediaInfo, made: Output, found: Found, machine: Machine) -> Talk[Reached]:
    """Encodes with the CRF that was found.

    Raises:
        PipelineError: as for any encode.
    """
    goal, scale = made.choices.target_vmaf, SCALES[made.choices.video]
    best = yield from taking(0.0, _FIRST_SHARE, _encoded(source, info, made, found.crf, machine))
    if not _is_reached(best.score.mean, goal):
        # The windows were wrong by so much, at this CRF and, as near as can be known, at those around it.
        wrong_by = best.score.mean - found.expected
        crf = best_guess({each: score + wrong_by for each, score in found.tried.items()}, scale, goal)
        if crf != found.crf:
            repair = _encoded(source, info, _named(made, "again"), crf, machine)
            again = yield from taking(_FIRST_SHARE, 1.0, repair)
            best = min(best, again, key=lambda each: _off(each.score.mean, goal))
    return Reached(best.made, best.wrote, _measures(best, found, info), _warnings(best, goal))


def _encoded(source: Source, info: MediaInfo, made: Output, crf: float, machine: Machine) -> Talk[_Scored]:
    scored = Scoring(f"{made.result.rpartition('.')[0]}.vmaf.json", model_of(made.size), machine.cores)
    made = replace(made, quality=Crf(crf))
    # Where film and sound are read apart, a process that also scores waits for itself.
    if room_for(machine, made.size, made.pixels.bit_depth) and not made.span.lead_s:
        (wrote,) = yield from encoded(source, info, [replace(made, scored=scored)])
    else:
        (wrote,) = yield from taking(0.0, _APART_SHARE, encoded(source, info, [made]))
        yield from taking(_APART_SHARE, 1.0, _scored_apart(source, info, made, scored))
    (score,) = yield from pooled([scored.log])
    return _Scored(made, wrote, crf, score)


def _scored_apart(source: Source, info: MediaInfo, made: Output, scored: Scoring) -> Talk[None]:
    """Scores what was encoded by decoding it and its source once more, which needs little memory."""
    film = made.film
    assert film is not None
    given = drawn(made.span.cut(source_input(source, **made.span.film_options())[str(film.index)]), film, made)
    outputs = [
        nowhere(stream, fps_mode="passthrough", enc_time_base="filter", **made.span.output_options())
        for stream in (scratch_input(made.target)["0"].filter("null"), given)
    ]
    burnt = made.burn.files if made.burn else ()
    yield Run(
        command(
            *outputs,
            after=scoring([Pair("0:0", "1:0", scored)]),
            expect_s=made.seconds(info),
            expect_frames=made.frames(info),
        ),
        reads=(made.target, *((source.file,) if source.is_scratch else ()), *burnt),
        makes=(scored.log,),
        label="Score the result",
    )


def _named(made: Output, mark: str) -> Output:
    """The same in files of other names: those of the first stay, so that a crash repeats only what was in hand."""
    target, result = (f"{stem}.{mark}.{suffix}" for stem, _, suffix in map(_parted, (made.target, made.result)))
    return replace(made, target=target, result=result)


def _parted(name: str) -> tuple[str, str, str]:
    return name.rpartition(".")


def _is_reached(score: float, goal: float) -> bool:
    return goal - BELOW <= score <= goal + ABOVE


def _off(score: float, goal: float) -> float:
    """How far a score lies outside of what is as asked for, then how far from its middle."""
    outside = max(goal - BELOW - score, score - goal - ABOVE, 0.0)
    return outside * 1000 + abs(score - goal - (ABOVE - BELOW) / 2)


def _measures(best: _Scored, found: Found, info: MediaInfo) -> dict[str, Any]:
    score = best.score
    worst_s = best.made.seconds(info) * score.min_frame / score.frames
    return {
        "vmaf": round(score.mean, 2),
        "vmaf_harmonic": round(score.harmonic_mean, 2),
        "vmaf_p1": round(score.p1, 2),
        "vmaf_min": round(score.min, 2),
        "vmaf_min_s": round(worst_s, 2),
        "vmaf_model": model_of(best.made.size),
        "vmaf_expected": round(found.expected, 2),
        "crf": best.crf,
    }


def _warnings(best: _Scored, goal: float) -> tuple[Warn, ...]:
    scale, score = SCALES[best.made.choices.video], best.score.mean
    warnings: list[Warn] = []
    if best.wrote.frames not in (None, best.score.frames):
        text = f"Only {best.score.frames} of {best.wrote.frames} pictures were scored, so the score is a rough one."
        warnings.append(Warn("vmaf_rough", text))
    if best.made.pixels.is_hdr:
        warnings.append(Warn("vmaf_hdr", "VMAF was made for SDR; of HDR pictures its score is a rough measure."))
    if not _is_reached(score, goal):
        text = f"The result scores VMAF {score:.1f}; {goal:g} was asked for."
        if score < goal and best.crf <= scale.best:
            text += f" This is CRF {scale.best:g}, the best that is tried."
        elif score > goal and best.crf >= scale.worst:
            text += f" This is CRF {scale.worst:g}, the lowest quality there is."
        warnings.append(Warn("vmaf_missed", text))
    return tuple(warnings)
