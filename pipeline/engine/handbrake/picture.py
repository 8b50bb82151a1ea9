"""What a HandBrake preset says about the picture: its size, part, direction, times and cleaning."""

from __future__ import annotations

from pipeline.engine.handbrake.fields import Fields

_CUSTOM = "It is written for a filter of HandBrake's own."
_WEAKER_OR_STRONGER = "Reelyard has light, medium and strong; the nearest was taken."
_STRENGTHS = {"ultralight": "light", "light": "light", "medium": "medium", "strong": "strong", "stronger": "strong",
              "verystrong": "strong"}  # fmt: skip
_SLANTED_SIZES = {(720, 480), (720, 576)}
_MOST_FPS = 240
# What our limits take; HandBrake's own end far below.
_MOST_PIXELS = 8640


def picture(fields: Fields) -> None:
    """Takes over all of it."""
    _size(fields)
    _crop(fields)
    _direction(fields)
    _deinterlace(fields)
    _strength(fields, "denoise", "PictureDenoise")
    _strength(fields, "sharpen", "PictureSharpen")
    _frame_rate(fields)
    _colour(fields)


def _size(fields: Fields) -> None:
    width, height = (_side(fields, f"Picture{name}") for name in ("Width", "Height"))
    uses_squares = fields.text("PicturePAR") in ("off", "custom")
    is_slanted = (width, height) in _SLANTED_SIZES and not uses_squares
    if is_slanted:
        # 720×576 are the pixels of a picture that is shown 1024 wide. Held to 720 it would be much smaller than meant.
        fields.leave("PictureWidth", "Reelyard makes square pixels, so the height alone limits the size.")
    elif width > 0:
        fields.options["max_width"] = max(width, height)
    if height > 0:
        fields.options["max_height"] = min(height, width) if width > 0 else height
    uses_limits = fields.flag("PictureUseMaximumSize", True)
    if fields.flag("PictureAllowUpscaling") and uses_limits and (width > 0 or height > 0):
        fields.options["upscale"] = True
    if not fields.flag("PictureKeepRatio", True):
        fields.leave("PictureKeepRatio", "The picture keeps its shape.")
    if fields.text("PicturePAR") == "custom":
        fields.leave("PicturePAR", "Reelyard makes square pixels.")


def _side(fields: Fields, name: str) -> int:
    found = fields.whole(name)
    if found > _MOST_PIXELS:
        fields.leave(name, "No picture is as large.")
        return 0
    return found


def _crop(fields: Fields) -> None:
    sides = [fields.whole(f"Picture{side}Crop") for side in ("Top", "Bottom", "Left", "Right")]
    is_auto = fields.flag("PictureAutoCrop", True)
    match fields.whole("PictureCropMode") or (0 if is_auto else 3):
        case 0:
            fields.options["crop"] = "auto"
        case 1:
            fields.options["crop"] = "auto"
            fields.leave("PictureCropMode", "There is one way to find black bars; it was taken.")
        case 2:
            fields.options["crop"] = "off"
        case 3 if min(sides) >= 0 and max(sides) <= _MOST_PIXELS:
            fields.options["crop"] = ":".join(map(str, sides)) if any(sides) else "off"
        case _:
            fields.options["crop"] = "off"
            fields.leave("PictureCropMode", "It is none of HandBrake's ways to crop; nothing is cropped.")


def _direction(fields: Fields) -> None:
    said = fields.text("PictureRotate")
    if said in ("", "0"):
        return
    parts = dict(part.partition("=")[::2] for part in said.split(":"))
    angle, flips = parts.get("angle", "0"), parts.get("hflip", "0")
    if angle not in ("0", "90", "180", "270") or flips not in ("0", "1") or not parts.keys() <= _ROTATE_PARTS:
        fields.leave("PictureRotate", "It cannot be read.")
    elif parts.get("disable", "0") == "0":
        if angle != "0":
            fields.options["rotate"] = angle
        if flips == "1":
            fields.options["mirror"] = _MIRRORS[angle]


_ROTATE_PARTS = {"angle", "hflip", "disable"}
# HandBrake flips first and turns then; we turn first. What was left and right is top and bottom after a quarter turn.
_MIRRORS = {"0": "horizontal", "90": "vertical", "180": "horizontal", "270": "vertical"}


def _deinterlace(fields: Fields) -> None:
    kind, how = fields.text("PictureDeinterlaceFilter"), fields.text("PictureDeinterlacePreset")
    looks_first = fields.text("PictureCombDetectPreset")
    if fields.text("PictureDeinterlaceCustom") and how == "custom":
        fields.leave("PictureDeinterlaceCustom", _CUSTOM)
    if fields.text("PictureCombDetectCustom") and looks_first == "custom":
        fields.leave("PictureCombDetectCustom", _CUSTOM)
    if kind in ("", "off"):
        fields.options["deinterlace"] = "off"
    elif "bob" in how:
        fields.options["deinterlace"] = "double"
    else:
        fields.options["deinterlace"] = "always" if looks_first in ("", "off") else "auto"
    if kind not in ("", "off") and "eedi2" in how:
        fields.leave("PictureDeinterlacePreset", "Reelyard deinterlaces with bwdif, which has no EEDI2.")


def _strength(fields: Fields, option: str, name: str) -> None:
    """Denoise and sharpen are said alike: a filter, its strength, what it is tuned for, or numbers of one's own."""
    kind, strength = fields.text(f"{name}Filter"), fields.text(f"{name}Preset")
    tune, custom = fields.text(f"{name}Tune"), fields.text(f"{name}Custom")
    if kind in ("", "off") or strength in ("", "off"):
        return
    if strength not in _STRENGTHS:
        fields.leave(f"{name}Custom" if custom else f"{name}Preset", _CUSTOM)
        return
    fields.options[option] = _STRENGTHS[strength]
    if _STRENGTHS[strength] != strength:
        fields.leave(f"{name}Preset", _WEAKER_OR_STRONGER)
    if tune not in ("", "none"):
        fields.leave(f"{name}Tune", "The filter is not tuned for a kind of picture.")


def _frame_rate(fields: Fields) -> None:
    said, mode = fields.text("VideoFramerate").lower(), fields.text("VideoFramerateMode").lower()
    if said in ("", "auto", "same as source"):
        if mode == "cfr":
            fields.leave("VideoFramerateMode", "Without a rate every frame keeps the time it has in the source.")
        return
    fps = _NTSC.get(said) or fields.number("VideoFramerate")
    if not 0 < fps <= _MOST_FPS:
        fields.leave("VideoFramerate", "It is no frame rate.")
    elif mode == "cfr":
        fields.options["fps"] = fps
    elif mode == "pfr":
        fields.options["max_fps"] = fps
    else:
        fields.leave("VideoFramerate", "With a variable rate every frame keeps the time it has in the source.")


# These are written rounded. As a limit, 29.97 would be just below what it stands for.
_NTSC = {"23.976": 24000 / 1001, "29.97": 30000 / 1001, "59.94": 60000 / 1001}


def _colour(fields: Fields) -> None:
    if fields.flag("VideoGrayScale"):
        fields.options["filters"] = "hue=s=0"
    match fields.text("PictureColorspacePreset"):
        case "" | "off":
            pass
        case "bt709":
            fields.options["hdr"] = "sdr"
        case _:
            fields.leave("PictureColorspacePreset", "Colours are converted from HDR to SDR only.")
