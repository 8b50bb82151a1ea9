"""The codecs whose profile says all: ProRes and DNxHR. Their pixels, their names, and the sizes they take."""

from __future__ import annotations

from pipeline.model.problem import PipelineError, bad_option
from pipeline.stages.choices.video import VideoChoices

PRORES = {
    "proxy": "yuv422p10le", "lt": "yuv422p10le", "standard": "yuv422p10le", "hq": "yuv422p10le", "4444": "yuv444p10le",
}  # fmt: skip
# ffmpeg 9.0.2's encoder refuses any other: “pixel format is incompatible with DNxHR HQX profile”.
DNXHR = {"lb": "yuv422p", "sq": "yuv422p", "hq": "yuv422p", "hqx": "yuv422p10le", "444": "yuv444p10le"}

# “Input dimensions too small, input must be at least 256x120”
_DNXHR_LEAST = (256, 120)

# Palettes and stills are made of every colour of every pixel. Formats with their own reduction of it come after that.
_FIXED = {"gif": "yuv444p", "webp": "yuv444p", "sheet": "yuv444p"}


def fixed_pixels(choices: VideoChoices) -> tuple[str, int] | None:
    """The pixel format and bit depth that a codec has by its profile or by nature; None where there is a choice."""
    match choices.video:
        case "prores":
            return PRORES[choices.prores_profile], 10
        case "dnxhr":
            form = DNXHR[choices.dnxhr_profile]
            return form, 10 if "10" in form else 8
        case _:
            form = _FIXED.get(choices.video, "")
            return (form, 8) if form else None


def refuse_size(choices: VideoChoices, width: int, height: int) -> None:
    """Checks that the codec takes pictures of this size.

    Raises:
        PipelineError: `bad_option`; they are smaller than DNxHR can be.
    """
    if choices.video == "dnxhr" and (width < _DNXHR_LEAST[0] or height < _DNXHR_LEAST[1]):
        why = f"DNxHR begins at 256x120 pixels, and these would be {width}x{height}; ProRes takes any size"
        raise PipelineError(bad_option("video", why))


def profile_options(choices: VideoChoices, place: str) -> dict[str, str]:
    """The output options of a ProRes or DNxHR stream."""
    if choices.video == "prores":
        # Editors take it for their own only from this vendor.
        return {f"profile:{place}": choices.prores_profile, f"vendor:{place}": "apl0"}
    return {f"profile:{place}": f"dnxhr_{choices.dnxhr_profile}"}
