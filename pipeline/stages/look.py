"""Looks into pictures before they are encoded: where black bars are, and whether they are interlaced."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.model.source import MediaInfo, MediaStream, Source
from pipeline.model.stage import Talk
from pipeline.stages.bars import Crop, found_bars, said_crop
from pipeline.stages.choices.video import VideoChoices
from pipeline.stages.fields import Fields, found_fields, looks_for_fields
from pipeline.stages.keyframe import copied_from
from pipeline.stages.span import Span

_WHOLE = Crop()


@dataclass(frozen=True)
class Seen:
    """What was found.

    `fields` is `unknown` where nobody looked or nothing could be told: then every picture says it for itself.
    `copied_from_s` is where copied pictures really begin, None where nothing is copied or all of it is.
    """

    crop: Crop = _WHOLE
    fields: Fields = "unknown"
    copied_from_s: float | None = None


UNSEEN = Seen()


def is_looked_into(info: MediaInfo | None, choices: VideoChoices) -> bool:
    """Whether `looked` has a Step to run; with `info` None, before the probe, whether a person asks for one."""
    if choices.video == "none" or (info is not None and info.video is None):
        return False
    if choices.video == "copy":
        return bool(choices.start.strip())
    if choices.crop == "auto":
        return True
    return info is not None and info.video is not None and looks_for_fields(info.video, choices)


def looked(source: Source, info: MediaInfo, span: Span, choices: VideoChoices) -> Talk[Seen]:
    """Looks for what the choices ask to be found. Yields nothing where nothing is.

    Raises:
        PipelineError: a crop that cannot be read or is larger than the picture.
    """
    film = info.video
    if film is None or choices.video == "none":
        return UNSEEN
    if choices.video == "copy":
        return Seen(copied_from_s=(yield from copied_from(source, info, film, span))) if span.start_s else UNSEEN
    crop = yield from _crop(source, info, film, span, choices)
    fields: Fields = "unknown"
    if looks_for_fields(film, choices):
        fields = yield from found_fields(source, info, film, span)
    return Seen(crop, fields)


def _crop(source: Source, info: MediaInfo, film: MediaStream, span: Span, choices: VideoChoices) -> Talk[Crop]:
    match choices.crop.strip().lower():
        case "" | "off":
            return _WHOLE
        case "auto":
            return (yield from found_bars(source, info, film, span))
        case sides:
            return said_crop(sides, film)
