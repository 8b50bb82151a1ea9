from __future__ import annotations

from pipeline.media.computer import machine
from pipeline.media.hardware import HardwareEncoder
from pipeline.media.toolchain import Toolchain
from pipeline.model.machine import HardwareCodec


class Tools(Toolchain):
    """Counts how often hardware was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def hardware(self) -> tuple[HardwareEncoder, ...]:
        self.asked += 1
        return (HardwareEncoder("h264_nvenc", "nvenc"), HardwareEncoder("hevc_vaapi", "vaapi", "/dev/dri/renderD128"))


def test_a_computer_has_cores_and_memory() -> None:
    tools = Tools()
    found = machine(tools, with_hardware=False)
    assert found.cores >= 1
    assert found.memory_bytes > 100_000_000
    assert (found.hardware, tools.asked) == ((), 0)


def test_hardware_is_told_with_what_opens_it() -> None:
    assert machine(Tools(), with_hardware=True).hardware == (
        HardwareCodec("h264_nvenc", (), "format=nv12"),
        HardwareCodec(
            "hevc_vaapi",
            ("-init_hw_device", "vaapi=hw:/dev/dri/renderD128", "-filter_hw_device", "hw"),
            "format=nv12,hwupload",
        ),
    )
