"""An ffmpeg that ends with 0 is not believed; one that is killed leaves what it has made."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from pipeline.engine.cancel import Cancel
from pipeline.media import process
from pipeline.media.packets import count
from pipeline.media.probe import Prober
from pipeline.media.toolchain import Toolchain
from pipeline.model.source import Source
from pipeline.model.stage import Run, Scratch, Tick
from pipeline.model.state import State
from pipeline.recipes.convert import Convert, ConvertOptions
from tests.support.builders import Media
from tests.support.child import ROOT
from tests.support.drive import drive
from tests.support.engine import opened


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program there")
@pytest.mark.parametrize(
    ("mood", "why"),
    (
        ("noise", "encode.mp4"),
        ("nothing", "left no encode.mp4"),
        ("silent", "The encoder left a stream out."),
        ("lazy", "It has 25 pictures; the source has 50."),
        ("cut", ""),
        ("mute", "The encoder ended without having said what it wrote."),
    ),
)
def test_an_encode_that_went_wrong_and_ended_well_is_thrown_away(
    mood: str, why: str, media: Media, tmp_path: Path
) -> None:
    tool = tmp_path / "ffmpeg"
    tool.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m {LIAR} {mood} "$@"\n')
    tool.chmod(0o755)
    with opened(tmp_path, ffmpeg=str(tool)) as engine:
        (job,) = engine.add(media.clip("h264_aac.mp4"))
        job = engine.wait_for(job.id, State.FAILED, State.COMPLETED)
    assert job.state is State.FAILED
    assert job.problem is not None
    assert job.problem.code == "result_wrong"
    assert why in job.problem.why
    assert not list((tmp_path / "out").glob("*.mp4"))


LIAR = "tests.pipeline.recipes.lying_ffmpeg"


@pytest.mark.slow
def test_a_killed_encode_leaves_a_readable_file(media: Media, tmp_path: Path) -> None:
    file = media.seconds(60)
    prober = Prober()
    try:
        source = Source(path=os.fsencode(file), size=1, mtime_ns=1, info=prober.info(str(file)))
        step = drive(Convert().script(source, ConvertOptions(), Scratch())).asked
        assert isinstance(step, Run)
        started: list[process.Running] = []

        def on_tick(tick: Tick) -> None:
            if tick.frame >= 300:
                started[0].kill()

        ended = process.run(
            Toolchain().resolve(step.command.argv),
            step.command,
            folder=str(tmp_path),
            cancel=Cancel(),
            on_tick=on_tick,
            on_start=started.append,
        )
        assert ended.code < 0
        left = prober.info(str(tmp_path / "encode.mp4"))
    finally:
        prober.close()
    assert [stream.codec for stream in left.streams] == ["h264", "aac"]
    film, _ = count(f"file:{tmp_path / 'encode.mp4'}")
    assert film.packets > 100
