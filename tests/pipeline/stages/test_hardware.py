from __future__ import annotations

from typing import Any

import pytest

from pipeline.media.command import command as command_of
from pipeline.media.command import made_up, output
from pipeline.model.job import Artifact
from pipeline.model.machine import UNKNOWN, HardwareCodec, Machine
from pipeline.model.problem import Problem, disk_full, hardware_unusable, source_damaged, tool_crashed, tool_stalled
from pipeline.model.stage import Outcome, Script, Tick
from pipeline.model.stage import Talk as Ask
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.hardware import (
    devices,
    failure,
    hardware_for,
    hardware_options,
    is_at_fault,
    missing,
    uploaded,
)
from pipeline.stages.pixels import Pixels
from pipeline.stages.software import Bitrate, Crf
from pipeline.stages.transcode import Wrote, encoded
from tests.pipeline.stages.canned import SOURCES, an_output, wanted
from tests.support.drive import Talk, drive

NVENC = HardwareCodec("h264_nvenc", (), "format=nv12")
VAAPI = HardwareCodec("h264_vaapi", ("-init_hw_device", "vaapi=hw:/dev/dri/renderD128"), "format=nv12,hwupload")
QSV = HardwareCodec("hevc_qsv", ("-init_hw_device", "qsv=hw", "-filter_hw_device", "hw"), "format=nv12,hwupload")
BOTH = Machine(4, 1, (VAAPI, NVENC, QSV))


@pytest.mark.parametrize(
    ("choices", "machine", "encoder"),
    [
        ({}, BOTH, None),
        ({"encoder": "hardware"}, BOTH, "h264_nvenc"),
        ({"encoder": "hardware"}, Machine(hardware=(VAAPI,)), "h264_vaapi"),
        ({"encoder": "hardware", "video": "hevc"}, BOTH, "hevc_qsv"),
        ({"encoder": "hardware", "video": "av1"}, BOTH, None),
        ({"encoder": "hardware", "video": "copy"}, BOTH, None),
        ({"encoder": "hardware"}, UNKNOWN, None),
        ({"encoder": "hardware", "rate": "bitrate"}, BOTH, "h264_nvenc"),
        ({"encoder": "hardware", "rate": "size"}, BOTH, None),
        ({"encoder": "hardware", "rate": "vmaf"}, BOTH, None),
    ],
)
def test_the_best_proven_encoder_of_the_codec_is_taken(
    choices: dict[str, Any], machine: Machine, encoder: str | None
) -> None:
    found = hardware_for(wanted(**choices), machine)
    assert (found.encoder if found else None) == encoder


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"encoder": "hardware", "video": "av1"}, ["hardware_missing"]),
        ({"encoder": "hardware", "video": "prores", "container": "mov"}, ["hardware_missing"]),
        ({"encoder": "hardware", "rate": "size"}, ["hardware_missing"]),
        ({"encoder": "hardware", "video": "copy"}, []),
        ({"encoder": "hardware", "video": "none"}, []),
        ({}, []),
    ],
)
def test_it_is_said_where_there_is_none(choices: dict[str, Any], said: list[str]) -> None:
    chosen = wanted(**choices)
    assert [each.code for each in missing(chosen, hardware_for(chosen, BOTH))] == said


@pytest.mark.parametrize(
    ("problem", "is_blamed"),
    [
        (hardware_unusable("h264_nvenc"), True),
        (tool_crashed("ffmpeg", "SIGSEGV"), True),
        (tool_stalled("ffmpeg", 60), True),
        (disk_full("/out"), False),
        (source_damaged("/film.mp4", 0.0), False),
    ],
)
def test_it_is_blamed_for_no_fault_of_others(problem: Problem, is_blamed: bool) -> None:
    assert is_at_fault(problem, [None, NVENC]) == is_blamed
    assert not is_at_fault(problem, [None])


def test_a_failure_is_said_in_the_words_of_the_encoder() -> None:
    lines = ((0.0, "[h264] a fault of the source"), (0.1, "[h264_nvenc] No capable devices found"), (0.1, "[vost#0:0]"))
    assert failure(NVENC, Outcome(1, complaints=lines)).message == (
        "The hardware encoder h264_nvenc failed, so software was used: [h264_nvenc] No capable devices found"
    )
    assert failure(NVENC, Outcome(-11)).message == "The hardware encoder h264_nvenc failed, so software was used."


# Constant quality, as each family calls it: that of CRF 21 and, for AV1 and VP9, of 30 on their longer scale.
MAPPED: list[tuple[str, str, float, dict[str, Any]]] = [
    ("h264", "nvenc", 21, {"rc": "vbr", "cq": 21, "b": 0, "preset": "p4"}),
    ("av1", "nvenc", 30, {"rc": "vbr", "cq": 30, "b": 0, "preset": "p4"}),
    ("h264", "qsv", 21, {"global_quality": 21, "preset": "medium"}),
    ("av1", "qsv", 30, {"global_quality": 24, "preset": "medium"}),
    ("h264", "vaapi", 21, {"rc_mode": "CQP", "global_quality": 21}),
    ("vp9", "vaapi", 30, {"rc_mode": "CQP", "global_quality": 121}),
    ("h264", "amf", 21, {"rc": "cqp", "qp_i": 21, "qp_p": 21, "quality": "balanced"}),
    ("av1", "amf", 30, {"rc": "cqp", "qp_i": 121, "qp_p": 121, "quality": "balanced"}),
    ("h264", "videotoolbox", 21, {"q": 59}),
    ("h264", "vulkan", 21, {"rc_mode": "cqp", "qp": 21}),
    ("h264", "mf", 21.42, {"b": "6000k"}),
]


@pytest.mark.parametrize(("codec", "family", "crf", "said"), MAPPED, ids=[f"{c}_{f}" for c, f, _, _ in MAPPED])
def test_quality_is_said_as_each_family_knows_it(codec: Any, family: str, crf: float, said: dict[str, Any]) -> None:
    hardware = HardwareCodec(f"{codec}_{family}")
    options = hardware_options(hardware, wanted(video=codec), Crf(crf), "v:0", 25.0)
    assert options == {
        "c:v:0": hardware.encoder,
        "g:v:0": 250,
        **{f"{name}:v:0": value for name, value in said.items()},
    }


def test_a_bit_rate_is_the_same_for_all() -> None:
    options = hardware_options(VAAPI, wanted(), Bitrate(4000), "v:0", 0.0)
    assert options == {"c:v:0": "h264_vaapi", "b:v:0": "4000k"}


def test_hevc_is_tagged_for_the_players_of_apple() -> None:
    assert hardware_options(QSV, wanted(video="hevc"), Crf(22), "v:0", 0.0)["tag:v:0"] == "hvc1"


@pytest.mark.parametrize(
    ("hardware", "depth", "filters"),
    [(NVENC, 8, "format=nv12"), (NVENC, 10, "format=p010le"), (VAAPI, 8, "format=nv12[s0];[s0]hwupload")],
)
def test_pictures_come_in_planes_of_two_and_into_its_memory(hardware: HardwareCodec, depth: int, filters: str) -> None:
    stream = uploaded(made_up("color")["0"], hardware, Pixels(bit_depth=depth))
    asked = command_of(output([stream], "-", format="null")).argv
    assert asked[asked.index("-filter_complex") + 1].startswith(f"[0:0]{filters}")


def test_a_device_is_opened_once_for_all_outputs() -> None:
    assert devices([None, VAAPI, VAAPI, NVENC]) == VAAPI.before_input
    assert devices([None, NVENC]) == ()


def asked_of_a_card(*choices: OutputChoices) -> Talk:
    """The conversation of an encode whose outputs are to be made by a card, all of the same source."""
    source = SOURCES["1080p"]
    assert source.info is not None
    made = [
        an_output(source, each, f"made-{number}.mkv", hardware=hardware_for(each, BOTH))
        for number, each in enumerate(choices)
    ]
    return drive(_told(encoded(source, source.info, made)))


def _told(talk: Ask[tuple[Wrote, ...]]) -> Script:
    return tuple(Artifact(b"told", warnings=each.warnings) for each in (yield from talk))


def test_what_a_card_encodes_waits_for_a_place_of_its_own() -> None:
    talk = asked_of_a_card(wanted("mkv", encoder="hardware"))
    assert talk.asks_for_run().step.lane == "gpu"
    assert talk.asks_for_run().value_of("-c:v:0") == "h264_nvenc"
    talk.answers(last_tick=Tick(out_time_s=10.0, frame=250))
    assert talk.returns()[0].warnings == ()


def test_devices_are_opened_before_the_source() -> None:
    argv = asked_of_a_card(wanted("mkv", "hevc", encoder="hardware")).asks_for_run().argv
    assert argv.index("-init_hw_device") < argv.index("-i")


def test_where_the_card_fails_all_outputs_are_made_in_software() -> None:
    talk = asked_of_a_card(
        wanted("mkv", encoder="hardware", crf=30), wanted("mkv", "av1", encoder="hardware"), wanted("mkv")
    )
    talk.fails(hardware_unusable("h264_nvenc"))
    run = talk.asks_for_run()
    assert run.step.lane == "cpu"
    assert "nvenc" not in run.argv_text
    assert "-crf:v:0 30" in run.argv_text
    talk.answers(last_tick=Tick(out_time_s=10.0, frame=250))
    said = [[warning.code for warning in each.warnings] for each in talk.returns()]
    assert said == [["hardware_failed"], ["hardware_missing"], []]


def test_a_fault_of_others_is_left_to_the_runner() -> None:
    talk = asked_of_a_card(wanted("mkv", encoder="hardware"))
    talk.fails(disk_full("/out"))
    assert talk.gives_up().code == "disk_full"


def test_software_that_fails_too_is_left_to_the_runner() -> None:
    talk = asked_of_a_card(wanted("mkv", encoder="hardware"))
    talk.fails(hardware_unusable("h264_nvenc"))
    talk.answers(exit_code=1, stderr="x264 is broken too")
    assert talk.gives_up().code == "tool_failed"
