"""Which pixels a codec is given, by tables."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.model.problem import PipelineError
from pipeline.stages.pixels import USUAL, Pixels, losses, pixels_of
from tests.pipeline.stages.canned import video, wanted

SDR10: dict[str, Any] = {"bit_depth": 10}
HDR: dict[str, Any] = {"bit_depth": 10, "colour_transfer": "smpte2084"}
HLG: dict[str, Any] = {"bit_depth": 10, "colour_transfer": "arib-std-b67"}
TEN, TEN_HDR = Pixels("yuv420p10le", 10), Pixels("yuv420p10le", 10, is_hdr=True)
PRORES = Pixels("yuv422p10le", 10)


@pytest.mark.parametrize(
    ("stream", "choices", "pixels"),
    (
        ({}, {}, USUAL),
        (SDR10, {}, USUAL),
        (SDR10, {"bit_depth": "10"}, TEN),
        (HDR, {}, USUAL),
        (HDR, {"bit_depth": "10"}, TEN),
        ({}, {"video": "hevc"}, USUAL),
        (SDR10, {"video": "hevc"}, TEN),
        (SDR10, {"video": "av1"}, TEN),
        (SDR10, {"video": "vp9"}, TEN),
        ({"bit_depth": 12}, {"video": "hevc"}, TEN),
        (SDR10, {"video": "hevc", "bit_depth": "8"}, USUAL),
        ({}, {"video": "hevc", "bit_depth": "10"}, TEN),
        (HDR, {"video": "hevc"}, TEN_HDR),
        (HLG, {"video": "av1"}, TEN_HDR),
        (HDR, {"video": "vp9", "hdr": "keep"}, TEN_HDR),
        ({**HDR, "bit_depth": 8}, {"video": "hevc"}, TEN_HDR),
        (HDR, {"video": "hevc", "bit_depth": "8"}, USUAL),
        (HDR, {"video": "hevc", "hdr": "sdr"}, TEN),
        ({**HDR, "bit_depth": 8}, {"video": "hevc", "hdr": "sdr"}, USUAL),
        ({}, {"video": "hevc", "hdr": "keep"}, USUAL),
        ({}, {"video": "prores"}, PRORES),
        ({}, {"video": "prores", "prores_profile": "4444"}, Pixels("yuv444p10le", 10)),
        (HDR, {"video": "prores"}, Pixels("yuv422p10le", 10, is_hdr=True)),
        (HDR, {"video": "dnxhr"}, Pixels("yuv422p", 8)),
        (HDR, {"video": "dnxhr", "dnxhr_profile": "hqx"}, Pixels("yuv422p10le", 10, is_hdr=True)),
        ({}, {"video": "dnxhr", "dnxhr_profile": "444"}, Pixels("yuv444p10le", 10)),
        (HDR, {"video": "gif"}, Pixels("yuv444p", 8)),
        (HDR, {"video": "copy", "hdr": "keep"}, USUAL),
        ({**HDR, "dolby_vision": "5.0"}, {"video": "copy"}, USUAL),
        ({**HDR, "dolby_vision": "8.1"}, {"video": "hevc"}, TEN_HDR),
    ),
)
def test_a_codec_is_given_what_it_can_hold(stream: dict[str, Any], choices: dict[str, Any], pixels: Pixels) -> None:
    assert pixels_of(wanted(**choices), video(**stream)) == pixels


@pytest.mark.parametrize(
    ("choices", "why"),
    (
        ({}, "H.264 is not for HDR; choose HEVC or AV1, or convert to SDR."),
        ({"bit_depth": "10"}, "H.264 is not for HDR; choose HEVC or AV1, or convert to SDR."),
        (
            {"video": "hevc", "bit_depth": "8"},
            "HEVC cannot keep HDR in 8 bits; leave the bit depth to the source, or convert to SDR.",
        ),
        (
            {"video": "dnxhr"},
            "This DNxHR profile has 8 bits and cannot keep HDR; choose HQX or 444, or convert to SDR.",
        ),
        ({"video": "gif"}, "GIF is not for HDR; choose HEVC or AV1, or convert to SDR."),
    ),
)
def test_hdr_that_must_be_kept_and_cannot_is_refused(choices: dict[str, Any], why: str) -> None:
    with pytest.raises(PipelineError) as raised:
        pixels_of(wanted(hdr="keep", **choices), video(**HDR))
    assert (raised.value.problem.code, raised.value.problem.why) == ("bad_option", why)


@pytest.mark.parametrize("hdr", ("auto", "sdr"))
def test_dolby_vision_without_a_base_is_only_copied(hdr: str) -> None:
    with pytest.raises(PipelineError) as raised:
        pixels_of(wanted(video="hevc", hdr=hdr), video(**HDR, dolby_vision="5.0"))
    assert raised.value.problem.code == "dolby_vision_without_base"


@pytest.mark.parametrize(
    ("stream", "choices", "codes"),
    (
        (HDR, {"video": "hevc"}, []),
        ({**HDR, "dolby_vision": "8.1"}, {"video": "hevc"}, ["dolby_vision_lost"]),
        ({**HLG, "dolby_vision": "8.4"}, {"video": "av1"}, ["dolby_vision_lost"]),
        ({**HDR, "has_hdr10_plus": True}, {"video": "hevc"}, ["hdr10_plus_lost"]),
        ({**HDR, "has_hdr10_plus": True}, {"video": "vp9", "container": "webm"}, []),
        ({**HDR, "has_hdr10_plus": True}, {"video": "vp9", "container": "mp4"}, ["hdr10_plus_lost"]),
        ({**HDR, "dolby_vision": "8.1", "has_hdr10_plus": True}, {"video": "copy"}, []),
        ({**HDR, "dolby_vision": "8.1", "has_hdr10_plus": True}, {}, ["hdr_to_sdr"]),
        (HLG, {}, ["hdr_to_sdr"]),
        (HDR, {"hdr": "sdr"}, []),  # somebody asked for it
        ({}, {}, []),
    ),
)
def test_what_is_lost_is_known_before_the_run(
    stream: dict[str, Any], choices: dict[str, Any], codes: list[str]
) -> None:
    options, film = wanted(**choices), video(**stream)
    assert [each.code for each in losses(options, film, pixels_of(options, film))] == codes


def test_a_loss_names_what_is_left() -> None:
    options, film = wanted(video="hevc"), video(**HLG, dolby_vision="8.4")
    (lost,) = losses(options, film, pixels_of(options, film))
    assert lost.message == "Dolby Vision (profile 8.4) is lost: the result is HLG. Copying would keep it."


@pytest.mark.parametrize(
    ("stream", "kind"),
    ((HDR, "HDR"), ({**HDR, "has_hdr10_plus": True}, "HDR10+"), ({**HLG, "dolby_vision": "8.4"}, "Dolby Vision")),
)
def test_hdr_that_becomes_sdr_is_named(stream: dict[str, Any], kind: str) -> None:
    (lost,) = losses(wanted(), video(**stream), pixels_of(wanted(), video(**stream)))
    assert lost.message.startswith(f"{kind} becomes SDR: ")
