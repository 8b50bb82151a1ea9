"""Takes in the subtitle files that lie beside a source: each is made into a scratch file that is known to be good."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from pipeline.media.command import command, output, scratch_input
from pipeline.model.problem import Warn
from pipeline.model.source import Companion, MediaInfo, MediaStream, Source
from pipeline.model.stage import Run, Scratch, StepFailed, Talk
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.containers import container_of
from pipeline.stages.languages import in_order
from pipeline.stages.selection import FROM_ZERO, Kept

# What files become by their suffix: the scratch file's suffix, and the codec in it.
_PICTURES = {".idx": ("mkv", "dvd_subtitle"), ".sup": ("mkv", "hdmv_pgs_subtitle")}
_STYLED = {".ass": ("ass", "ass"), ".ssa": ("ass", "ass")}
_PLAIN = ("srt", "subrip")


@dataclass(frozen=True)
class Beside:
    """The files that were taken in, and what is said of those that were not."""

    kept: tuple[Kept, ...] = ()
    warnings: tuple[Warn, ...] = ()


def takes_in(source: Source, choices: OutputChoices) -> bool:
    """Whether `taken_in` has a Step to run."""
    return bool(_wanted(source, choices))


def taken_in(source: Source, info: MediaInfo, choices: OutputChoices, scratch: Scratch) -> Talk[Beside]:
    """Reads every file that is wanted to its end, into scratch. A broken one is left out, and the job goes on."""
    kept: list[Kept] = []
    warnings: list[Warn] = []
    if info.video is None:
        return Beside()
    for number, each in enumerate(_wanted(source, choices), 1):
        suffix, codec = _becomes(each)
        file = scratch.path(f"beside-{number}.{suffix}")
        if (yield from _read(each, file, info.video)):
            stream = MediaStream(
                index=0, kind="subtitle", codec=codec, language=each.language, is_forced=each.is_forced
            )
            kept.append(Kept(stream, "copy", file=file))
        else:
            text = f"“{each.name}”, which lies beside the source, was left out: it cannot be read as subtitles."
            warnings.append(Warn("subtitles_unreadable", text))
    return Beside(tuple(kept), tuple(warnings))


def _wanted(source: Source, choices: OutputChoices) -> tuple[Companion, ...]:
    is_meant = choices.external_subtitles and choices.subtitles != "none" and choices.video != "none"
    if not is_meant or not (container_of(choices).text or choices.subtitles == "burn"):
        return ()
    return in_order(source.companions, choices.subtitle_languages, lambda each: each.language)


def _becomes(companion: Companion) -> tuple[str, str]:
    suffix = _suffix(companion)
    return _PICTURES.get(suffix) or _STYLED.get(suffix) or _PLAIN


def _suffix(companion: Companion) -> str:
    return os.path.splitext(companion.file)[1].lower()


def _read(companion: Companion, file: str, film: MediaStream) -> Talk[bool]:
    """Makes one into a scratch file; returns whether that could be done."""
    for options in _readings(companion, film):
        how = {"c": "copy"} if file.endswith(".mkv") else {}
        step = Run(
            command(output([scratch_input(companion.file, **options)["0"]], file, **how)),
            lane="light",
            makes=(file,),
            label="Read the subtitles beside it",
        )
        try:
            yield step
        except StepFailed as failed:
            if failed.problem.is_transient:
                raise
        else:
            return True
    return False


def _readings(companion: Companion, film: MediaStream) -> list[dict[str, Any]]:
    """The ways to read it, the likeliest first. Some count in pictures, and do not say how many there are a second."""
    plain: dict[str, Any] = {**FROM_ZERO, **({"sub_charenc": companion.charset} if companion.charset else {})}
    if _suffix(companion) == ".sub" and film.frame_rate:
        return [{**plain, "subfps": f"{film.frame_rate:g}"}, plain]
    return [plain]
