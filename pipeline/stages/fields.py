"""Whether a film is interlaced: what its file says, and where that is silent, what its pictures show."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from pipeline.model.source import MediaInfo, MediaStream, Source
from pipeline.model.stage import Talk
from pipeline.stages.choices.picture import PictureChoices
from pipeline.stages.peek import peeked
from pipeline.stages.span import Span

Fields = Literal["tff", "bff", "progressive", "unknown"]

_FLAGGED = ("tt", "bb", "tb", "bt")
# Files of these may hold interlaced pictures without saying so. In most of them each decoded picture does.
_CAPABLE = frozenset({
    "dvvideo", "h264", "mjpeg", "mpeg2video", "mpeg4", "vc1", "wmv3", "prores", "dnxhd", "rawvideo", "v210", "ffv1",
    "huffyuv", "ffvhuff", "utvideo", "magicyuv", "hevc",
})  # fmt: skip
# Lines of the pictures of interlaced television, and of nothing else that is common.
_HEIGHTS = frozenset({480, 486, 512, 576, 608, 1080, 1088})
_PLACES = 6
_PICTURES = 40
# Of what moves, this share of pictures must show two moments for the film to be interlaced, and nearly all of them
# the same field first; a share smaller than the second is chance.
_SURE = 0.4
_CHANCE = 0.1
_ONE_ORDER = 0.8
# With fewer pictures that move nothing can be told.
_FEWEST = 20


def is_flagged(film: MediaStream) -> bool:
    """The file says that it is interlaced."""
    return film.field_order in _FLAGGED


def is_told_by_pictures(film: MediaStream) -> bool:
    """The file does not say, but each decoded picture may."""
    return not film.field_order and film.codec in _CAPABLE


def looks_for_fields(film: MediaStream, choices: PictureChoices) -> bool:
    """Whether only a look at its pictures can tell.

    A file that calls itself progressive is believed, unless a person asks for every field and so says otherwise.
    """
    if choices.deinterlace == "double" and film.field_order == "progressive":
        return film.height in _HEIGHTS
    return choices.deinterlace in ("auto", "double") and is_told_by_pictures(film) and film.height in _HEIGHTS


def found_fields(source: Source, info: MediaInfo, film: MediaStream, span: Span) -> Talk[Fields]:
    """What pictures at several places show: which field is the earlier one, that there is none, or nothing."""
    lines = yield from peeked(
        source, info, film, span, _PLACES, pictures=_PICTURES, label="Look for interlaced pictures", see=("idet", {})
    )
    return _verdict(lines)


# [Parsed_idet_1] Multi frame detection: TFF:    24 BFF:     0 Progressive:     0 Undetermined:     1
_SEEN = re.compile(r"\[Parsed_idet_\d+\] Multi frame detection: TFF: *(\d+) BFF: *(\d+) Progressive: *(\d+)")


def _verdict(lines: Iterable[str]) -> Fields:
    found = [[int(number) for number in each.groups()] for each in map(_SEEN.match, lines) if each]
    top, bottom, progressive = (sum(column) for column in zip(*found, strict=True)) if found else (0, 0, 0)
    moving = top + bottom + progressive
    if moving < _FEWEST:
        return "unknown"
    share = (top + bottom) / moving
    if share < _CHANCE:
        return "progressive"
    if share >= _SURE and max(top, bottom) >= _ONE_ORDER * (top + bottom):
        return "tff" if top > bottom else "bff"
    return "unknown"
