"""A person's own chain of video filters: what may stand in it, and what it does to times."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NoReturn

from pipeline.model.problem import PipelineError, bad_option

# A chain may read a table of colours or a font, which are wanted; it may not write, reach out or run another's code.
_REFUSED = {
    "it is a source of its own": ("movie", "amovie"),
    "it can write files": (
        "metadata", "ametadata", "psnr", "ssim", "xpsnr", "libvmaf", "vmafmotion", "signature", "vidstabdetect",
        "deshake",
    ),
    "it opens files or addresses by itself; use the option “subtitles”": ("subtitles", "ass"),
    "it opens files or addresses by itself": ("removelogo", "find_rect", "cover_rect", "whisper"),
    "it takes orders from the network": ("zmq", "azmq"),
    "it runs code that is not ffmpeg's": (
        "frei0r", "frei0r_src", "ladspa", "lv2", "program_opencl", "openclsrc", "coreimage", "libplacebo", "qrencode",
    ),
    "it needs a device, which the option “encoder” opens": ("hwupload", "hwdownload", "hwmap", "hwupload_cuda"),
    "it never ends": ("nullsrc", "realtime", "arealtime"),
}  # fmt: skip
_WHY = {name: why for why, names in _REFUSED.items() for name in names}

# They make a film shorter or longer.
_OF_TIME = frozenset({"setpts", "trim", "tpad", "loop", "select", "framestep", "segment", "freezeframes", "concat"})
_ENDLESS = re.compile(r"(?:loop=(?:loop=)?-1|tpad=(?:.*:)?stop=-1)")

_NAME = re.compile(r"\s*(?P<name>\w+)(?:@[\w]+)?\s*(?:=|$)")


def judged(chain: str) -> str:
    """The chain as it is to be used.

    Raises:
        PipelineError: `bad_option`; it is no plain chain, or a filter in it may not be there.
    """
    for part in _parts(chain):
        if not part.strip():
            _refuse("There is nothing between two commas of it, or at its beginning or end")
        named = _NAME.match(part)
        if named is None:
            _refuse(f"“{part.strip()}” does not begin with the name of a filter")
        name = named["name"]
        if why := _WHY.get(name):
            _refuse(f"{name} cannot stand in it: {why}")
        if _ENDLESS.match(part.strip()):
            _refuse(f"“{part.strip()}” has no end")
    return chain.strip()


def changes_length(chain: str) -> bool:
    """Whether a film may be shorter or longer behind it."""
    named = (_NAME.match(part) for part in _parts(chain))
    return any(each is not None and each["name"] in _OF_TIME for each in named)


def _parts(chain: str) -> Iterator[str]:
    """The filters of a chain with their arguments: what stands between commas that are neither quoted nor escaped."""
    part, is_quoted, is_escaped = "", False, False
    for character in chain:
        if is_escaped:
            is_escaped = False
        elif character == "\\" and not is_quoted:
            is_escaped = True
        elif character == "'":
            is_quoted = not is_quoted
        elif not is_quoted and character in ";[]":
            _refuse(
                "It must be one chain, filter after filter with commas between: no names in brackets, no semicolons"
            )
        elif not is_quoted and character == ",":
            yield part
            part = ""
            continue
        part += character
    if is_quoted:
        _refuse("A quote is opened in it and not closed")
    yield part


def _refuse(why: str) -> NoReturn:
    raise PipelineError(bad_option("filters", why))
