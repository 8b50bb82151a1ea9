"""What can be chosen about pictures, whatever they are encoded with."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pipeline.model.option import RecipeOptions, option

_STRENGTHS = {"off": "Off", "light": "Light", "medium": "Medium", "strong": "Strong"}


class PictureChoices(RecipeOptions, frozen=True):
    """Size, part, direction, times and cleaning of pictures."""

    group: ClassVar[str] = "Picture"

    max_height: Annotated[
        int,
        option("Largest height", "Larger pictures are scaled down to it, by their shorter side; 0 keeps the size.",
               ge=0, le=8640, unit="px"),
    ] = 0  # fmt: skip
    max_width: Annotated[
        int,
        option("Largest width", "Larger pictures are scaled down to it, by their longer side; 0 keeps the size.",
               ge=0, le=15360, unit="px"),
    ] = 0  # fmt: skip
    upscale: Annotated[bool, option("Scale up", "Smaller pictures are scaled up to the largest size too.")] = False
    aspect: Annotated[
        Literal["keep", "16:9", "9:16", "1:1", "4:5", "4:3"],
        option("Shape", "The shape of the picture, width to height.", choices={"keep": "As it is"}),
    ] = "keep"
    fill: Annotated[
        Literal["crop", "pad", "blur"],
        option(
            "Fill the shape by",
            "What happens where the picture has another shape: cut it, add black, or add a blurred copy of it.",
            choices={"crop": "Cutting", "pad": "Black bars", "blur": "Blurred bars"},
        ),
    ] = "crop"
    crop: Annotated[
        str,
        option("Crop", "What is cut off: off, auto for black bars, or top:bottom:left:right in pixels of the source."),
    ] = "off"
    rotate: Annotated[
        Literal["0", "90", "180", "270"],
        option(
            "Rotate",
            "Turns the picture clockwise, after what the file itself says about its direction.",
            choices={"0": "No", "90": "90°", "180": "180°", "270": "270°"},
        ),
    ] = "0"
    mirror: Annotated[
        Literal["no", "horizontal", "vertical"],
        option(
            "Flip",
            "Swaps left and right, or top and bottom.",
            choices={"no": "No", "horizontal": "Left and right", "vertical": "Top and bottom"},
        ),
    ] = "no"
    start: Annotated[str, option("Start at", "Where to begin, as 1:02:03.5 or in seconds; empty is the beginning.")] = (
        ""
    )
    end: Annotated[str, option("End at", "Where to stop, as 1:02:03.5 or in seconds; empty is the end.")] = ""
    fps: Annotated[
        float,
        option("Frame rate", "Frames a second, made even; 0 keeps every frame at its own time.", ge=0, le=240,
               unit="fps"),
    ] = 0.0  # fmt: skip
    max_fps: Annotated[
        float,
        option("Largest frame rate", "Only what has more frames a second is brought down to it; 0 is no limit.",
               ge=0, le=240, unit="fps"),
    ] = 0.0  # fmt: skip
    deinterlace: Annotated[
        Literal["auto", "off", "always", "double"],
        option(
            "Deinterlace",
            "Automatic looks whether pictures are interlaced; double makes a picture of every field.",
            choices={"auto": "Automatic", "off": "Off", "always": "Always", "double": "Double rate"},
        ),
    ] = "auto"
    denoise: Annotated[
        Literal["off", "light", "medium", "strong"],
        option("Denoise", "Takes noise out, which also makes files smaller.", choices=_STRENGTHS),
    ] = "off"
    sharpen: Annotated[
        Literal["off", "light", "medium", "strong"],
        option("Sharpen", "Makes edges stand out.", choices=_STRENGTHS),
    ] = "off"
    hdr: Annotated[
        Literal["auto", "keep", "sdr"],
        option(
            "HDR",
            "Automatic keeps HDR where the codec has 10 bits and converts it to SDR elsewhere.",
            choices={"auto": "Automatic", "keep": "Keep, or refuse", "sdr": "Convert to SDR"},
        ),
    ] = "auto"
    filters: Annotated[
        str,
        option(
            "Further filters", "A chain of ffmpeg filters behind all others; tried out before it runs.", expert=True
        ),
    ] = ""
