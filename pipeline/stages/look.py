"""Looks into pictures before they are encoded: where black bars are, and whether they are interlaced."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.model.source import MediaInfo, Source
from pipeline.model.stage import Talk
from pipeline.stages.choices.picture import PictureChoices
from pipeline.stages.span import Span


@dataclass(frozen=True)
class Crop:
    """What is cut off on each side, in pixels of the source as it is stored."""

    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0


@dataclass(frozen=True)
class Seen:
    """What was found. `is_interlaced` is None where nobody looked: then every picture says it for itself."""

    crop: Crop = Crop()
    is_interlaced: bool | None = None


UNSEEN = Seen()


def looks(info: MediaInfo | None, choices: PictureChoices) -> bool:
    """Whether `looked` has a Step to run; with `info` None, before the probe, whether it may have one."""
    return False


def looked(source: Source, info: MediaInfo, span: Span, choices: PictureChoices) -> Talk[Seen]:
    """Looks for what the choices ask to be found. Yields nothing where nothing is.

    Raises:
        PipelineError: a crop that cannot be read or is larger than the picture.
    """
    yield from ()
    return Seen()
