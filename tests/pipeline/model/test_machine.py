"""What is known of the computer survives being stored with an attempt."""

from __future__ import annotations

import msgspec
import pytest

from pipeline.model.machine import UNKNOWN, Fonts, HardwareCodec, Machine


@pytest.mark.parametrize(
    "machine",
    (
        UNKNOWN,
        Machine(8, 16 << 30, (HardwareCodec("h264_nvenc"), HardwareCodec("hevc_vaapi", ("-init_hw_device", "va=hw")))),
        Machine(2, fonts=Fonts("Inter", ("/fonts/Inter.ttf",), are_all=True)),
    ),
)  # fmt: skip
def test_it_comes_back_as_it_was(machine: Machine) -> None:
    assert msgspec.json.decode(msgspec.json.encode(machine), type=Machine) == machine
