"""Subtitles that are burnt into pictures, and files of them that lie beside the source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.model.source import MediaInfo, Source
from pipeline.model.stage import Scratch, Talk
from pipeline.stages.choices.besides import BesidesChoices
from pipeline.stages.span import Span


@dataclass(frozen=True)
class Burn:
    """One subtitle to burn in."""

    @property
    def files(self) -> tuple[str, ...]:
        """The scratch files it is read from."""
        return ()

    def under(self, stream: Any) -> Any:
        """Draws bitmap subtitles, whose places are those of the source's picture, before it is scaled."""
        return stream

    def over(self, stream: Any) -> Any:
        """Draws text on the finished picture, where it is sharpest."""
        return stream


def burnt(source: Source, info: MediaInfo, span: Span, choices: BesidesChoices, scratch: Scratch) -> Talk[Burn | None]:
    """What is to be burnt in, made ready in scratch; None where nothing is.

    Raises:
        PipelineError: it was asked for, and there is none.
    """
    yield from ()
    return None
