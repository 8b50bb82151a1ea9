"""Pictures that become one picture: moving ones for web pages (GIF, WebP), and a sheet of many at a glance."""

from __future__ import annotations

from typing import Any

from pipeline.media.command import copies, through
from pipeline.model.source import MediaStream
from pipeline.stages.choices.video import VideoChoices
from pipeline.stages.software import ENCODERS, webp_effort

# What a tile measures on its longer side unless a largest size is chosen. A sheet of 4 by 5 is then 1,940 wide.
TILE_PX = 480
# A JPEG cannot be larger than 65,500 pixels a side, and few programs open one that is.
_SHEET_PX = 32_000
_GAP_PX = 4

# A palette is made of all pictures, and all wait for it, four bytes a pixel. Where they would need more memory than
# this, each gets a palette of its own: no picture waits, but files are larger.
_WAITING_BYTES = 400_000_000

# Keyframes alone are decoded where this many seconds of film stand for one tile: most films have one every 10 s.
_KEYFRAME_S = 12.0

# 1 is best. Larger than this is hardly better to the eye.
_JPEG_Q = 3
# libwebp's own default, 0 to 100.
_WEBP_QUALITY = 75


def still_options(choices: VideoChoices, place: str) -> dict[str, Any]:
    """The output options of a GIF, a WebP or a sheet."""
    encoder = {f"c:{place}": ENCODERS[choices.video]}
    match choices.video:
        case "webp":
            return encoder | {f"quality:{place}": _WEBP_QUALITY, f"compression_level:{place}": webp_effort(choices)}
        case "sheet":
            return encoder | {f"q:{place}": _JPEG_Q, f"frames:{place}": 1}
        case _:
            return encoder


def tile_px(choices: VideoChoices) -> int:
    """How large a tile may be, on its longer side."""
    return min(choices.max_width or TILE_PX, _SHEET_PX // max(choices.sheet_columns, choices.sheet_rows))


def sheet_input(choices: VideoChoices, length_s: float) -> dict[str, str]:
    """The input options for a sheet: of a long film only keyframes are decoded."""
    tiles = choices.sheet_columns * choices.sheet_rows
    return {"skip_frame": "nokey"} if length_s / tiles >= _KEYFRAME_S else {}


def sheet(stream: Any, choices: VideoChoices, length_s: float) -> Any:
    """Pictures from the middle of each of as many equal parts as there are tiles, one after another with thin gaps.

    Where a film has fewer pictures than tiles, they are shown more than once. `length_s` 0, not known: one a second.
    """
    tiles = choices.sheet_columns * choices.sheet_rows
    # It takes the last picture before the middle of each part, and repeats one where there is none.
    stream = stream.filter("fps", fps=f"{tiles}/{length_s:.6f}" if length_s else "1", start_time=0)
    stream = stream.filter("tpad", stop=tiles, stop_mode="clone")
    layout = f"{choices.sheet_columns}x{choices.sheet_rows}"
    stream = stream.filter("tile", layout=layout, nb_frames=tiles, margin=_GAP_PX, padding=_GAP_PX)
    # What the numbers in a JPEG mean is laid down by its standard, and no tag says otherwise.
    return stream.filter("scale", out_color_matrix="smpte170m", out_range="pc").filter("format", "yuv420p")


def palette(stream: Any, choices: VideoChoices, film: MediaStream | None, length_s: float) -> Any:
    """The colours of a GIF, 256 of them.

    Of six ways that were tried (a bird in leaves, 480 pixels wide), this pattern was nearest to the source and 13 %
    smaller than the next: a pattern that stands still is not stored again.
    """
    looked_at, drawn = copies(stream, 2)
    if _bytes_waiting(choices, film, length_s) <= _WAITING_BYTES:
        stats, rule = "diff", {"diff_mode": "rectangle"}
    else:
        stats, rule = "single", {"new": "1"}
    colours = looked_at.filter("palettegen", stats_mode=stats)
    return through([drawn, colours], "paletteuse", dither="bayer", bayer_scale=5, **rule)


def webp(stream: Any) -> Any:
    """The colours of a WebP, whose standard lays down what its numbers mean.

    As they come, BT.709's red of 32 was read back as 43, and green of 160 as 179.
    """
    return stream.filter("scale", out_color_matrix="smpte170m", out_range="tv").filter("format", "yuv420p")


def _bytes_waiting(choices: VideoChoices, film: MediaStream | None, length_s: float) -> float:
    """What all pictures of a film take while they wait for their palette; without end where that is not known."""
    if film is None or not length_s:
        return float("inf")
    width, height = film.width, film.height
    shrunk = min(
        1.0,
        choices.max_width / max(width, height, 1) if choices.max_width else 1.0,
        choices.max_height / max(min(width, height), 1) if choices.max_height else 1.0,
    )
    rate = min(each for each in (choices.fps, choices.max_fps, film.frame_rate or 25.0) if each)
    return width * height * shrunk**2 * 4 * rate * length_s
