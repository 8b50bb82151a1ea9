from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.media import hardware
from pipeline.media.hardware import HardwareEncoder, candidates, devices, working
from pipeline.media.toolchain import Toolchain
from tests.pipeline.media.support import FFMPEG
from tests.support import fake_tool


def test_candidates_are_known_by_their_names() -> None:
    listed = {"libx264", "h264_nvenc", "hevc_vaapi", "av1_qsv", "aac_mf", "h264_mf", "pcm_s16le", "h264_v4l2m2m"}
    found = candidates(listed, ["/dev/dri/renderD128", "/dev/dri/renderD129"])
    assert found == (
        HardwareEncoder("av1_qsv", "qsv"),
        HardwareEncoder("h264_mf", "mf"),
        HardwareEncoder("h264_nvenc", "nvenc"),
        HardwareEncoder("h264_v4l2m2m", "v4l2m2m"),
        HardwareEncoder("hevc_vaapi", "vaapi", "/dev/dri/renderD128"),
        HardwareEncoder("hevc_vaapi", "vaapi", "/dev/dri/renderD129"),
    )


@pytest.mark.parametrize(
    ("encoder", "before_input", "filters"),
    [
        (HardwareEncoder("h264_nvenc", "nvenc"), (), "format=nv12"),
        (
            HardwareEncoder("h264_vaapi", "vaapi", "/dev/dri/renderD128"),
            ("-init_hw_device", "vaapi=hw:/dev/dri/renderD128", "-filter_hw_device", "hw"),
            "format=nv12,hwupload",
        ),
        (
            HardwareEncoder("h264_qsv", "qsv"),
            ("-init_hw_device", "qsv=hw", "-filter_hw_device", "hw"),
            "format=nv12,hwupload",
        ),
    ],
)
def test_each_family_is_told_what_it_needs(
    encoder: HardwareEncoder, before_input: tuple[str, ...], filters: str
) -> None:
    assert (encoder.before_input, encoder.filters) == (before_input, filters)


def test_what_encodes_works_and_what_is_only_listed_does_not() -> None:
    stand_in = HardwareEncoder("libx264", "nvenc")
    assert working(FFMPEG, [HardwareEncoder("no_such_nvenc", "nvenc"), stand_in]) == (stand_in,)


@pytest.mark.skipif(bool(devices()), reason="this computer has a graphics device")
def test_without_a_device_nothing_works_although_much_is_listed() -> None:
    listed = candidates(Toolchain().abilities().encoders, ["/dev/dri/renderD128"])
    assert len(listed) > 20
    assert working(FFMPEG, listed) == ()


def test_a_driver_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware, "_LIMIT_S", 0.3)
    program = str(fake_tool.install(tmp_path, "deaf"))
    assert working(program, [HardwareEncoder(f"{number}_nvenc", "nvenc") for number in range(5)]) == ()


def test_the_folder_of_devices_may_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware, "_NODES", str(tmp_path))
    for name in ("renderD129", "renderD128", "card0", "by-path"):
        (tmp_path / name).write_text("")
    assert devices() == (str(tmp_path / "renderD128"), str(tmp_path / "renderD129"))
    monkeypatch.setattr(hardware, "_NODES", str(tmp_path / "missing"))
    assert devices() == ()
