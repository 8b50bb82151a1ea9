"""What a HandBrake preset tells an encoder that no option of ours says: profile, level and its parameters."""

from __future__ import annotations

import re
import shlex

from pipeline.engine.handbrake.fields import Fields, printable
from pipeline.model.problem import PipelineError
from pipeline.stages.extras import extra_of

# What our encoders make by themselves.
_USUAL_PROFILES = {
    "h264": ("high", "high10"), "hevc": ("main", "main10"), "av1": ("main",), "vp9": ("0", "2"),
}  # fmt: skip
_PROFILES = ("baseline", "main")
_LEVEL = re.compile(r"[1-6](\.[0-3])?")
_PARAMETERS = {"h264": "-x264-params", "hevc": "-x265-params", "av1": "-svtav1-params"}
# A stranger wrote it: nothing a file could be named by.
_PARAMETER = re.compile(r"[A-Za-z0-9_-]+(=[\w.,+-]*)?", re.ASCII)


def arguments(fields: Fields, codec: str, *, in_software: bool, has_10_bits: bool) -> None:
    """Takes over what ffmpeg can tell the same encoder, as “extra”."""
    is_x264 = codec == "h264" and in_software
    words = _profile(fields, codec, is_x264 and not has_10_bits) + _level(fields, is_x264)
    words += _parameters(fields, _PARAMETERS.get(codec, "") if in_software else "")
    if words:
        fields.options["extra"] = shlex.join(words)


def _profile(fields: Fields, codec: str, is_taken: bool) -> list[str]:
    profile = fields.text("VideoProfile").lower()
    if profile in ("", "auto", *_USUAL_PROFILES[codec]):
        return []
    if is_taken and profile in _PROFILES:
        return ["-profile:v", profile]
    fields.leave("VideoProfile", "The encoder makes its usual profile.")
    return []


def _level(fields: Fields, is_taken: bool) -> list[str]:
    level = fields.text("VideoLevel").lower()
    if level in ("", "auto"):
        return []
    if is_taken and _LEVEL.fullmatch(level):
        return ["-level:v", level]
    fields.leave("VideoLevel", "The level follows from size and frame rate.")
    return []


def _parameters(fields: Fields, flag: str) -> list[str]:
    said = fields.text("VideoOptionExtra").strip(" :")
    if not said:
        return []
    if not flag:
        fields.leave("VideoOptionExtra", "They are for another program than the encoder here.")
        return []
    pairs = said.split(":")
    taken = [pair for pair in pairs if _PARAMETER.fullmatch(pair) and _is_allowed(flag, pair)]
    if taken != pairs:
        lost = ", ".join(pair for pair in pairs if pair not in taken)
        fields.leave("VideoOptionExtra", f"“extra” does not take all of it; left out: {printable(lost)}.")
    return [flag, ":".join(taken)] if taken else []


def _is_allowed(flag: str, pair: str) -> bool:
    try:
        extra_of(shlex.join([flag, pair]))
    except PipelineError:
        return False
    return True
