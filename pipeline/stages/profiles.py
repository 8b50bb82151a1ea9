"""What codecs for editing are told, whose profile says all; and the least sizes codecs take."""

from __future__ import annotations

from pipeline.model.problem import PipelineError, bad_option
from pipeline.stages.choices.video import VideoChoices

# The least their encoders take in ffmpeg 9.0.2, and what takes less. DNxHR: “input must be at least 256x120”; x265:
# “Image size is too small”; SVT-AV1: “TU size > 8 raw frame size”.
_LEAST = {
    "dnxhr": ("DNxHR", 256, 120, "ProRes"), "hevc": ("HEVC", 16, 16, "H.264"), "av1": ("AV1", 4, 4, "H.264"),
}  # fmt: skip


def refuse_size(choices: VideoChoices, width: int, height: int) -> None:
    """Checks that the codec takes pictures of this size; (0, 0) is none.

    Raises:
        PipelineError: `bad_option`; they are smaller than the codec can be.
    """
    if choices.video not in _LEAST or not width:
        return
    name, across, down, other = _LEAST[choices.video]
    if width < across or height < down:
        why = f"{name} begins at {across}x{down} pixels, and these would be {width}x{height}; {other} takes any size"
        raise PipelineError(bad_option("video", why))


def profile_options(choices: VideoChoices, place: str) -> dict[str, str]:
    """The output options of a ProRes or DNxHR stream."""
    if choices.video == "prores":
        # Editors take it for their own only from this vendor.
        return {f"profile:{place}": choices.prores_profile, f"vendor:{place}": "apl0"}
    return {f"profile:{place}": f"dnxhr_{choices.dnxhr_profile}"}
