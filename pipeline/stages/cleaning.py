"""The filters that mend pictures: fields put together, noise taken out, edges made to stand out."""

from __future__ import annotations

from typing import Any

from pipeline.model.source import MediaStream
from pipeline.stages.choices.picture import PictureChoices
from pipeline.stages.fields import is_flagged, is_told_by_pictures
from pipeline.stages.look import Seen


def doubles(film: MediaStream, choices: PictureChoices, seen: Seen) -> bool:
    """Whether every field becomes a picture. What is not interlaced for certain has none to spare."""
    return choices.deinterlace == "double" and (is_flagged(film) or seen.fields in ("tff", "bff"))


def deinterlaced(stream: Any, film: MediaStream, choices: PictureChoices, seen: Seen) -> Any:
    """Whole pictures of fields. Where only some are interlaced and say so, the others pass untouched."""
    if choices.deinterlace == "off":
        return stream
    if doubles(film, choices, seen):
        return _bwdif(stream, seen, mode="send_field", deint="all")
    if choices.deinterlace == "always" or seen.fields in ("tff", "bff"):
        # It was seen, or a person knows: what the pictures say of themselves is missing or wrong.
        return _bwdif(stream, seen, mode="send_frame", deint="all")
    if is_flagged(film) or (is_told_by_pictures(film) and seen.fields == "unknown"):
        return _bwdif(stream, seen, mode="send_frame", deint="interlaced")
    return stream


def _bwdif(stream: Any, seen: Seen, *, mode: str, deint: str) -> Any:
    parity = seen.fields if seen.fields in ("tff", "bff") else "auto"
    return stream.filter("bwdif", mode=mode, parity=parity, deint=deint)


# hqdn3d: luma and chroma within a picture, luma and chroma from one picture to the next.
_DENOISE = {"light": (2, 1.5, 3, 2.25), "medium": (4, 3, 6, 4.5), "strong": (8, 6, 9, 6.75)}


def denoised(stream: Any, choices: PictureChoices) -> Any:
    """Less noise. Light is half of hqdn3d's own values, medium those.

    Strong is twice those within a picture, but only half as much again between pictures, where more leaves trails.
    """
    if choices.denoise == "off":
        return stream
    return stream.filter("hqdn3d", *_DENOISE[choices.denoise])


_SHARPEN = {"light": 0.2, "medium": 0.45, "strong": 0.8}


def sharpened(stream: Any, choices: PictureChoices) -> Any:
    """Edges that stand out, in luma only, and without the haloes of unsharp: cas adapts to the contrast there is."""
    if choices.sharpen == "off":
        return stream
    return stream.filter("cas", strength=_SHARPEN[choices.sharpen], planes=1)
