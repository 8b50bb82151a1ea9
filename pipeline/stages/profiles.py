"""The codecs whose profile says all: ProRes and DNxHR. How it is said to their encoders, and the sizes they take."""

from __future__ import annotations

from pipeline.model.problem import PipelineError, bad_option
from pipeline.stages.choices.video import VideoChoices

# “Input dimensions too small, input must be at least 256x120”
_DNXHR_LEAST = (256, 120)


def refuse_size(choices: VideoChoices, width: int, height: int) -> None:
    """Checks that the codec takes pictures of this size; (0, 0) is none.

    Raises:
        PipelineError: `bad_option`; they are smaller than DNxHR can be.
    """
    if choices.video == "dnxhr" and width and (width < _DNXHR_LEAST[0] or height < _DNXHR_LEAST[1]):
        why = f"DNxHR begins at 256x120 pixels, and these would be {width}x{height}; ProRes takes any size"
        raise PipelineError(bad_option("video", why))


def profile_options(choices: VideoChoices, place: str) -> dict[str, str]:
    """The output options of a ProRes or DNxHR stream."""
    if choices.video == "prores":
        # Editors take it for their own only from this vendor.
        return {f"profile:{place}": choices.prores_profile, f"vendor:{place}": "apl0"}
    return {f"profile:{place}": f"dnxhr_{choices.dnxhr_profile}"}
