"""Tries a person's own filters and arguments on a blank picture, so that a slip of the pen shows before long work."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pipeline.media.command import command, made_up, output
from pipeline.model.problem import PipelineError, bad_option
from pipeline.model.source import MediaInfo
from pipeline.model.stage import Outcome, Run, StepFailed, Talk
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.encoders import finished, video_options
from pipeline.stages.extras import extra_of, with_extra
from pipeline.stages.filter_chain import judged
from pipeline.stages.hardware import devices
from pipeline.stages.output import Output
from pipeline.stages.selection import Kept
from pipeline.stages.sound import audio_options

_BLANK_S = 0.2

# Encoders pass over a parameter they do not know, and say so as a warning:
#
#   [libx264 @ 0x…] [warning] Error parsing option 'nosuch = 1'.
#   [libx265 @ 0x…] [warning] Unknown option: nosuch.
#   [out#0/null @ 0x…] [warning] Codec AVOption row-mt (…) has not been used for any stream. The most likely reason …
_PASSED_OVER = re.compile(
    r"Error parsing option|Unknown option: |Codec AVOption .+ has not been used|Invalid value for "
)

# These name the option, where the line before them names only its value.
_TELLING = re.compile(r"^(?:Unable to parse|Error setting|Error applying option)")
# What comes of a complaint, and does not say more.
_CONSEQUENCES = re.compile(
    r"^Error (?:opening output|splitting|initializing filters|while opening)|^Conversion failed|^Task finished"
)
_SPEAKER = re.compile(r"^(?:\[[^]]*\] ?)+")


def check_own(choices: OutputChoices) -> None:
    """Judges a person's own filters and arguments, as far as that needs no ffmpeg.

    Raises:
        PipelineError: `bad_option`; one is not allowed.
    """
    if chain := _filters(choices):
        judged(chain)
    extra_of(choices.extra)


def tries(choices: OutputChoices) -> bool:
    """Whether there is anything to be tried."""
    return bool(_filters(choices) or choices.extra.strip())


def tried(info: MediaInfo, made: Output) -> Talk[None]:
    """Runs filters on a blank film of the source's size, then arguments with the encoder they are for.

    Raises:
        PipelineError: `bad_option`; it is not allowed, or ffmpeg does not take it, with what it said.
    """
    choices = made.choices
    if chain := _filters(choices):
        # Said like this, and not as a part of a graph, it must have one way in and one way out.
        look = output([_blank(made)], "-", format="null", vcodec="wrapped_avframe", vf=chain)
        yield from _run("filters", command(look), "Try the filters")
    if choices.extra.strip():
        yield from _arguments_tried(info, made)


def _arguments_tried(info: MediaInfo, made: Output) -> Talk[None]:
    """Runs arguments with the encoder they are for; where hardware refuses, with the software that takes its place."""
    targets = [*_film(made), *_sounds(info, made)]
    if not targets:
        return
    asked = command(*targets, before=devices([made.hardware]))
    try:
        yield from _run("extra", asked, "Try the arguments", is_strict=True)
    except PipelineError:
        if made.hardware is None:
            raise
        yield from _arguments_tried(info, replace(made, hardware=None))


def _filters(choices: OutputChoices) -> str:
    return choices.filters.strip() if choices.video not in ("copy", "none") else ""


def _blank(made: Output) -> Any:
    film = made.film
    width, height = made.size if film else (0, 0)
    rate = film.frame_rate if film and film.frame_rate else 25.0
    return made_up(f"color=size={width or 640}x{height or 360}:rate={rate:g}:duration={max(_BLANK_S, 2 / rate):g}")["0"]


def _film(made: Output) -> list[Any]:
    """The film's encoder with its arguments, on two pictures."""
    film, choices = made.film, made.choices
    if film is None or choices.video in ("copy", "none"):
        return []
    stream = _blank(made).filter("format", made.pixels.format)
    stream = finished(stream, choices, made.pixels, made.hardware, film=film, length_s=_BLANK_S)
    options = video_options(choices, made.quality, "v:0", film, made.pixels, made.hardware)
    return [output([stream], "-", format="null", **with_extra(options, choices.extra, "v:0"))]


def _sounds(info: MediaInfo, made: Output) -> list[Any]:
    """The sound's encoder with its arguments, for each track that has any."""
    return [_sound(info, made, kept, number) for number, kept in enumerate(_encoded_sounds(made))]


def _encoded_sounds(made: Output) -> Sequence[Kept]:
    has_any = bool(extra_of(made.choices.extra).audio)
    return [each for each in made.selection.of_kind("audio") if each.is_encoded] if has_any else []


def _sound(info: MediaInfo, made: Output, kept: Kept, number: int) -> Any:
    options = audio_options(kept, made.choices, "a:0", info, None)
    own = {f"{name}:a:0": value for (name, at), value in extra_of(made.choices.extra).audio.items()
           if at in ("", str(number))}  # fmt: skip
    stream = made_up(f"anullsrc=channel_layout=stereo:sample_rate=48000:duration={_BLANK_S}")["0"]
    return output([stream], "-", format="null", **{**options, **own})


def _run(option: str, asked: Any, label: str, *, is_strict: bool = False) -> Talk[None]:
    try:
        outcome: Outcome = yield Run(asked, lane="light", label=label)
    except StepFailed as failed:
        if failed.problem.is_transient:
            raise
        said = [text for _, text in failed.outcome.complaints] or list(failed.outcome.lines)
        raise PipelineError(bad_option(option, f"ffmpeg does not take it: {_first(said)}")) from failed
    if is_strict and (passed_over := [line for line in outcome.lines if _PASSED_OVER.search(line)]):
        raise PipelineError(bad_option(option, f"The encoder does not know it: {_first(passed_over)}"))


def _first(said: Sequence[str]) -> str:
    """The line that says most, without who says it."""
    lines = [line for each in said if (line := _SPEAKER.sub("", each).rstrip("."))]
    telling = [line for line in lines if _TELLING.search(line)]
    causes = [line for line in lines if not _CONSEQUENCES.search(line)]
    return next(iter([*telling, *causes, *lines]), "it gave no reason")
