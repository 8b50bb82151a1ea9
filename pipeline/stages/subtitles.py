"""Subtitles that are burnt into pictures: text by its letters, bitmaps as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.acts.fonts import LayFonts
from pipeline.media.command import command, output, source_input
from pipeline.model.machine import Fonts
from pipeline.model.problem import PipelineError, Warn, bad_option, no_subtitle
from pipeline.model.source import MediaInfo, MediaStream, Source
from pipeline.model.stage import Call, Outcome, Run, Scratch, StepFailed, Talk
from pipeline.stages import expect
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.languages import in_order
from pipeline.stages.selection import TEXT_SUBTITLES, Kept
from pipeline.stages.span import Span

BITMAPS = frozenset({"hdmv_pgs_subtitle", "dvd_subtitle", "dvb_subtitle", "xsub"})
# Those with fonts, colours and places of their own.
_STYLED = frozenset({"ass", "ssa", "hdmv_text_subtitle"})
# What a Matroska file takes as it is, so that nothing of it is lost on the way.
_IN_MATROSKA = frozenset({"subrip", "ass", "ssa", "webvtt"})


@dataclass(frozen=True)
class Burn:
    """One subtitle to burn in: text from a scratch file, or bitmaps from a stream.

    `start_s` is where the wanted part of the source begins: text keeps the times of the whole. `fonts` is a scratch
    folder with fonts, `family` the one of them that all text is drawn in, empty where it names its own. `laid` are
    the scratch files that are read.
    """

    text: str = ""
    start_s: float = 0.0
    fonts: str = ""
    family: str = ""
    bitmaps: Any = None
    width: int = 0
    laid: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """The scratch files it is read from."""
        return self.laid

    def under(self, stream: Any) -> Any:
        """Draws bitmap subtitles, whose places are those of the source's picture, before it is scaled.

        They are as wide as the film. One whose black bars were cut off is less high than they are: what stands at
        their foot comes to the foot of the film.
        """
        if self.bitmaps is None:
            return stream
        drawn = self.bitmaps.filter("scale", self.width, -1)
        return stream.overlay(drawn, x="(W-w)/2", y="H-h", eof_action="pass", format="auto")

    def over(self, stream: Any) -> Any:
        """Draws text on the finished picture, where it is sharpest."""
        if not self.text:
            return stream
        named = {"fontsdir": self.fonts} if self.fonts else {}
        styled = {"force_style": f"FontName={self.family}"} if self.family else {}
        if not self.start_s:
            return stream.filter("subtitles", filename=self.text, **named, **styled)
        # Rounded both ways alike, so that every picture comes back to its very time.
        shift = f"round({self.start_s:g}/TB)"
        stream = stream.filter("setpts", f"PTS+{shift}")
        return stream.filter("subtitles", filename=self.text, **named, **styled).filter("setpts", f"PTS-{shift}")


def burns(choices: OutputChoices) -> bool:
    """Whether `burnt` has a Step to run, most likely."""
    return choices.subtitles == "burn" and choices.video not in ("copy", "none")


def burnt(
    source: Source, info: MediaInfo, span: Span, choices: OutputChoices, scratch: Scratch, beside: Sequence[Kept] = ()
) -> Talk[Burn | None]:
    """What is to be burnt in, made ready in scratch; None where nothing is.

    Args:
        source: where the film is.
        info: what the probe found there.
        span: the part of it that is wanted.
        choices: the options.
        scratch: where to make things ready.
        beside: the subtitle files that were taken in.

    Raises:
        PipelineError: it was asked for, and there is none, or pictures are not made anew.
    """
    if choices.subtitles != "burn" or choices.video == "none" or info.video is None:
        return None
    if choices.video == "copy":
        raise PipelineError(bad_option("subtitles", "Nothing can be burnt into pictures that are copied"))
    chosen = _chosen(info, choices, beside)
    if chosen is None:
        raise PipelineError(no_subtitle(source.path, choices.subtitle_languages))
    if chosen.stream.codec in BITMAPS:
        return _bitmaps(source, span, chosen.stream, info.video)
    file = chosen.file or (yield from _taken_out(source, info, chosen.stream, scratch))
    folder, family, laid = yield from _fonts(chosen.stream, scratch)
    return Burn(text=file, start_s=span.start_s, fonts=folder, family=family, laid=(file, *laid))


def _chosen(info: MediaInfo, choices: OutputChoices, beside: Sequence[Kept]) -> Kept | None:
    """The one to burn: a file beside the source comes first, for somebody put it there; then what players would take.

    Forced ones, which translate only some of what is said, come last.
    """
    # Bitmaps of another file come to the film by chance of threads in ffmpeg 9.0.2, and take pictures before them away.
    texts = [each for each in beside if each.stream.codec not in BITMAPS]
    inside = sorted(info.of_kind("subtitle"), key=lambda each: not each.is_default)
    every = [*texts, *(Kept(each, "copy") for each in inside if each.codec in TEXT_SUBTITLES | BITMAPS | _STYLED)]
    every.sort(key=lambda kept: kept.stream.is_forced)
    return next(iter(in_order(every, choices.subtitle_languages, lambda kept: kept.stream.language)), None)


def _bitmaps(source: Source, span: Span, stream: MediaStream, film: MediaStream) -> Burn:
    # The very input the film is read by: only so ffmpeg brings the two together in time.
    apart = {"an": None} if span.lead_s else {}
    entry = source_input(source, **apart, **span.film_options())
    width = film.height if film.rotation % 180 == 90 else film.width
    return Burn(bitmaps=entry[str(stream.index)], width=width)


def _taken_out(source: Source, info: MediaInfo, stream: MediaStream, scratch: Scratch) -> Talk[str]:
    """Puts one track into a file of its own, with the fonts it may need: the filter finds them there."""
    file = scratch.path("burn.mkv")
    fonts = info.of_kind("attachment")
    try:
        yield _taking_out(source, info, stream, fonts, file)
    except StepFailed as failed:
        if failed.problem.is_transient or not fonts:
            raise
        # A file may hold attachments that cannot be written again.
        yield _taking_out(source, info, stream, (), file)
    return file


def _taking_out(source: Source, info: MediaInfo, stream: MediaStream, fonts: Sequence[MediaStream], file: str) -> Run:
    entry = source_input(source)
    codec = "copy" if stream.codec in _IN_MATROSKA else "ass"
    how: dict[str, Any] = {"c:s": codec, "c:t": "copy"}
    return Run(
        command(
            output([entry[str(each.index)] for each in (stream, *fonts)], file, **how), expect_s=expect.seconds(info)
        ),
        lane="light",
        reads=(source.file,) if source.is_scratch else (),
        makes=(file,),
        label="Take out the subtitles",
    )


def _fonts(stream: MediaStream, scratch: Scratch) -> Talk[tuple[str, str, tuple[str, ...]]]:
    """The folder with our fonts, the family everything is drawn in, and the files; nothing where we have none.

    Plain text says nothing of fonts, and looks the same everywhere in ours. What names fonts gets them from the
    source or the system; without either, nothing at all would be drawn, so it is drawn in ours too.
    """
    fonts: Fonts | None = scratch.machine.fonts
    if fonts is None:
        return "", "", ()
    folder = scratch.path("fonts")
    act = LayFonts(fonts.files, folder)
    yield Call(act, makes=act.makes, label="Lay out fonts")
    is_ours = fonts.are_all or stream.codec not in _STYLED
    return folder, fonts.family if is_ours else "", act.makes


# What libass says of a letter that no font it knows has; it draws a box or nothing in its place:
#
#   [Parsed_subtitles_0] [warning] fontselect: failed to find any fallback with glyph 0x41F for font: (Inter, 400, 0)
_UNDRAWN = "failed to find any fallback with glyph"


def undrawn(wrote: Outcome) -> tuple[Warn, ...]:
    """Warns of letters that could not be drawn."""
    if not any(_UNDRAWN in line for line in wrote.lines):
        return ()
    text = "Some letters of the subtitles could not be drawn: no font on this computer has them."
    return (Warn("letters_missing", text),)
