"""Which part of a source is wanted: where it begins and where it ends."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from pipeline.model.problem import PipelineError, Warn, bad_option
from pipeline.model.source import MediaInfo, Source
from pipeline.stages.choices.picture import PictureChoices

# An end so little behind the source's is the source's own, rounded by whoever wrote it down.
_ROUNDED_S = 0.5


@dataclass(frozen=True)
class Span:
    """From `start_s` on for `length_s`; None is to the end. Times count from the source's first moment.

    `lead_s` is how much before the start pictures have to be read from to be decoded, where nothing in the file tells
    where a key frame is. `is_bare`: of a stream without a container, in which one cannot go to a time at all.
    """

    start_s: float = 0.0
    length_s: float | None = None
    lead_s: float = 0.0
    is_bare: bool = False
    warnings: tuple[Warn, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Nothing is cut off."""
        return self.start_s == 0 and self.length_s is None

    def input_options(self) -> dict[str, Any]:
        """What stands before the input so that only this part is read. ffmpeg too counts from the first moment."""
        options: dict[str, Any] = {}
        if self.start_s:
            options["ss"] = _seconds(self.start_s)
        return {**options, **self.output_options()}

    def film_options(self) -> dict[str, Any]:
        """`input_options` for pictures that are decoded: none is missing at the start, whatever the container.

        They have to go through `cut` too.
        """
        if self.is_bare:
            return {}
        if not self.lead_s:
            return self.input_options()
        # What is read too early has times below zero, and ffmpeg drops what is decoded there. It takes times that far
        # below for a fault in the stream and moves them, unless it is told to bear more.
        bear = {"dts_delta_threshold": _seconds(self.lead_s + 10)}
        options = {"ss": _seconds(self.start_s - self.lead_s), "itsoffset": _seconds(-self.lead_s), **bear}
        return options if self.length_s is None else {**options, "t": _seconds(self.length_s + self.lead_s)}

    def cut(self, stream: Any) -> Any:
        """Decoded pictures from the start on, where it could not be gone to."""
        if self.lead_s:
            return stream.filter("trim", start=0)
        if not (self.is_bare and self.start_s):
            return stream
        start_s = _seconds(self.start_s)
        return stream.filter("trim", start=start_s).filter("setpts", f"PTS-{start_s}/TB")

    def output_options(self) -> dict[str, Any]:
        """What an output needs besides, so that chapters behind the end do not make it longer."""
        return {} if self.length_s is None else {"t": _seconds(self.length_s)}

    def cue_options(self, place: str) -> dict[str, Any]:
        """What subtitles need besides, so that a cue which reaches over the start or the end is cut there.

        Without it one that begins before the start would move the beginning of the whole file.
        """
        if self.is_whole:
            return {}
        end = "" if self.length_s is None else f"\\,{_seconds(self.length_s)}/TB-max(PTS\\,0)"
        left = "DURATION+min(PTS\\,0)"
        cut = f"setts=ts=max(TS\\,0):duration={f'min({left}{end})' if end else left}"
        return {f"bsf:{place}": f"noise=drop=lte(pts+duration\\,0),{cut}"}

    def of(self, seconds: float) -> float:
        """How long it is of something that is `seconds` long; 0 where that is not known."""
        if not seconds:
            return self.length_s or 0.0
        left = max(0.0, seconds - self.start_s)
        return left if self.length_s is None else min(left, self.length_s)


WHOLE = Span()


def span_of(source: Source, info: MediaInfo, choices: PictureChoices) -> Span:
    """The part that is asked for. An end behind the source's own is the source's.

    Raises:
        PipelineError: a time that cannot be read, an end before the start, or a start behind the source's end.
    """
    start_s = _time("start", choices.start) or 0.0
    end_s = _time("end", choices.end)
    length_s = info.duration_s or 0.0
    if length_s and start_s >= length_s:
        raise PipelineError(bad_option("start", f"{source.name} is only {clock(length_s)} long"))
    if end_s is not None and end_s <= start_s:
        raise PipelineError(bad_option("end", f"It has to be later than the start, which is {clock(start_s)}"))
    whole = beginning_at(info, start_s)
    if end_s is None or (length_s and length_s <= end_s <= length_s + _ROUNDED_S):
        return whole
    if length_s and end_s > length_s:
        text = f"It was to end at {clock(end_s)}; the source ends at {clock(length_s)}, and so does the result."
        return replace(whole, warnings=(Warn("end_beyond_source", text),))
    return replace(whole, length_s=end_s - start_s)


# Where one lands in these is seldom a key frame, and pictures before the next one are lost. In streams of television
# it is near; x264 by itself sets one every 250 pictures.
_WITHOUT_INDEX = ("mpegts", "mpeg")
# Bare streams without a container: their pictures have no times.
BARE = frozenset({"h264", "hevc", "vvc", "m4v", "mpegvideo", "h261", "h263", "vc1", "cavsvideo", "dirac"})
_KEYFRAME_S = 30.0


def beginning_at(info: MediaInfo, start_s: float) -> Span:
    """From a time on, read so that no picture is missing there."""
    lead_s = min(start_s, _KEYFRAME_S) if info.container in _WITHOUT_INDEX else 0.0
    return Span(start_s, lead_s=lead_s, is_bare=info.container in BARE)


def clock(seconds: float) -> str:
    """A time as people write it: `1:02:03.5`."""
    minutes, rest = divmod(round(seconds * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    whole, thousandths = divmod(rest, 1000)
    part = f".{thousandths:03d}".rstrip("0").rstrip(".")
    return f"{hours}:{minutes:02d}:{whole:02d}{part}" if hours else f"{minutes}:{whole:02d}{part}"


_CLOCK = re.compile(r"(?:(?:(\d+):)?(\d{1,2}):)?(\d{1,9}(?:[.,]\d*)?|[.,]\d+)", re.ASCII)


def _time(name: str, text: str) -> float | None:
    """A time in seconds; None where none is given."""
    if not text.strip():
        return None
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise PipelineError(bad_option(name, f"“{text}” is no time; write 1:02:03.5, 2:03 or seconds"))
    hours, minutes, rest = found.groups()
    seconds = float(rest.replace(",", "."))
    if minutes is not None and (seconds >= 60 or (hours is not None and int(minutes) >= 60)):
        raise PipelineError(bad_option(name, f"“{text}” has more than 59 minutes or seconds"))
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + seconds


def _seconds(seconds: float) -> str:
    return f"{seconds:.6f}".rstrip("0").rstrip(".")
