from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.engine import known as module
from pipeline.engine.known import Known, known
from pipeline.engine.plan import Plan
from pipeline.media.toolchain import Toolchain
from pipeline.model.machine import HardwareCodec, Machine
from pipeline.model.recipe import Recipe
from pipeline.model.source import Source
from pipeline.model.stage import Scratch, Script
from pipeline.recipes.convert import Convert, ConvertOptions
from tests.pipeline.engine.bench import Tools
from tests.pipeline.engine.runners import Options, copies, runner_in
from tests.pipeline.store.support import a_job

JOB = a_job(1)
NOW = Machine(4, 8_000_000_000, ffmpeg="1")
WITH_CARD = msgspec.structs.replace(NOW, hardware=(HardwareCodec("h264_nvenc"),))


@pytest.fixture(autouse=True)
def computer(monkeypatch: pytest.MonkeyPatch) -> None:
    def machine(toolchain: Toolchain, *, with_hardware: bool) -> Machine:
        return WITH_CARD if with_hardware else NOW

    monkeypatch.setattr(module, "machine", machine)


def a_plan(**options: Any) -> Plan:
    recipe: Recipe[Any] = Convert()
    return Plan(((recipe, ConvertOptions(**options)),))


def test_hardware_is_looked_for_only_where_an_output_wants_it() -> None:
    assert known(JOB, a_plan(), Tools(), None) == Known(JOB.source, "1", NOW)
    assert known(JOB, a_plan(encoder="hardware"), Tools(), None).machine == WITH_CARD
    assert known(JOB, a_plan(encoder="hardware", container="mp3"), Tools(), None).machine == NOW
    second = a_plan(also=({"encoder": "hardware"},))
    assert known(JOB, second, Tools(), None).machine == WITH_CARD


def test_a_later_attempt_knows_what_the_earlier_one_did() -> None:
    before = msgspec.json.encode(known(JOB, a_plan(encoder="hardware"), Tools(), None))
    assert known(JOB, a_plan(), Tools(), before).machine == WITH_CARD


@pytest.mark.parametrize(
    "before",
    [
        msgspec.json.encode(Known(JOB.source, "another ffmpeg", WITH_CARD)),
        msgspec.json.encode({"source": JOB.source, "ffmpeg": "1"}),
        b'{"machine": "a mainframe"}',
        b"\xff",
    ],
    ids=["of another ffmpeg", "of an older version", "of a newer version", "damaged"],
)
def test_what_does_not_fit_is_found_out_anew(before: bytes) -> None:
    assert known(JOB, a_plan(), Tools(), before).machine == NOW


def test_a_path_that_is_no_text_can_be_stored() -> None:
    job = msgspec.structs.replace(JOB, source=msgspec.structs.replace(JOB.source, path=b"/films/\xff.mp4"))
    assert known(job, a_plan(), Tools(), msgspec.json.encode(Known(job.source, "1", WITH_CARD))).machine == WITH_CARD


def test_a_script_is_told_of_the_computer(tmp_path: Path) -> None:
    told: list[Machine] = []

    def script(source: Source, options: Options, scratch: Scratch) -> Script:
        told.append(scratch.machine)
        return (yield from copies(source, options, scratch))

    with runner_in(tmp_path, script) as bench:
        bench.ended(bench.job())
    assert told == [NOW]
