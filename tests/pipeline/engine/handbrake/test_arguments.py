from __future__ import annotations

from typing import Any

import pytest

from pipeline.engine.handbrake.arguments import arguments
from pipeline.engine.handbrake.fields import Fields

X264 = {"codec": "h264", "in_software": True, "has_10_bits": False}
X265 = {"codec": "hevc", "in_software": True, "has_10_bits": True}

# The encoder, what a preset says, what “extra” becomes, and which fields are left.
TAKEN: dict[str, tuple[dict[str, Any], dict[str, Any], str, list[str]]] = {
    "nothing": (X264, {}, "", []),
    "usual": (X264, {"VideoProfile": "high", "VideoLevel": "auto", "VideoOptionExtra": ""}, "", []),
    "profile and level": (
        X264, {"VideoProfile": "main", "VideoLevel": "4.0"}, "-profile:v main -level:v 4.0", [],
    ),
    "a profile unheard of": (X264, {"VideoProfile": "Main; rm"}, "", ["VideoProfile"]),
    "a level unheard of": (X264, {"VideoLevel": "9.9"}, "", ["VideoLevel"]),
    "a profile of 8 bits for 10": (
        {**X264, "has_10_bits": True}, {"VideoProfile": "main", "VideoLevel": "4.1"}, "-level:v 4.1", ["VideoProfile"],
    ),
    "level of HEVC": (X265, {"VideoProfile": "main10", "VideoLevel": "5.1"}, "", ["VideoLevel"]),
    "parameters of x264": (
        X264, {"VideoOptionExtra": "vbv-maxrate=2400:deblock=3,2:no-fast-pskip"},
        "-x264-params vbv-maxrate=2400:deblock=3,2:no-fast-pskip", [],
    ),
    "parameters of x265": (X265, {"VideoOptionExtra": "rd=4:psy-rd=0.75"}, "-x265-params rd=4:psy-rd=0.75", []),
    "parameters of SVT-AV1": (
        {**X265, "codec": "av1"}, {"VideoOptionExtra": "film-grain-denoise=0"},
        "-svtav1-params film-grain-denoise=0", [],
    ),
    "parameters of libvpx": (
        {**X264, "codec": "vp9"}, {"VideoOptionExtra": "qmin=0:qmax=30"}, "", ["VideoOptionExtra"],
    ),
    "parameters of hardware": (
        {**X264, "in_software": False}, {"VideoOptionExtra": "ref=4", "VideoLevel": "4.0"}, "",
        ["VideoLevel", "VideoOptionExtra"],
    ),
    "a file to write": (
        X265, {"VideoOptionExtra": "rd=4:csv=notes:recon=film"}, "-x265-params rd=4", ["VideoOptionExtra"],
    ),
    "a place to write to": (X264, {"VideoOptionExtra": "ref=/etc/passwd"}, "", ["VideoOptionExtra"]),
    "another quality": (X264, {"VideoOptionExtra": "ref=4:crf=0"}, "-x264-params ref=4", ["VideoOptionExtra"]),
    "a way out of the argument": (X264, {"VideoOptionExtra": "ref=4' -y \x1b"}, "", ["VideoOptionExtra"]),
}  # fmt: skip


@pytest.mark.parametrize("said", TAKEN)
def test_an_encoder_is_told_what_is_safe_and_the_rest_is_named(said: str) -> None:
    encoder, values, extra, left = TAKEN[said]
    fields = Fields(values)
    arguments(fields, **encoder)
    assert fields.options.get("extra", "") == extra
    assert [each.name for each in fields.left] == left
    assert all(each.why.isprintable() for each in fields.left)
