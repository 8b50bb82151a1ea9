"""Forecasts of real clips, and what history adds to them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.engine.cancel import Cancel
from pipeline.engine.estimate import Speeds, signatures
from pipeline.engine.forecast import forecast, with_history
from pipeline.media.probe import Prober
from pipeline.media.toolchain import Toolchain
from pipeline.model.destination import Destination
from pipeline.model.flow import Flow, FlowStep
from pipeline.model.forecast import Forecast, Guess
from pipeline.model.job import Job
from pipeline.model.problem import PipelineError
from pipeline.model.source import Source
from pipeline.recipes.convert import Convert
from tests.pipeline.recipes.support import converted
from tests.pipeline.stages.canned import SOURCES
from tests.support.builders import Media
from tests.support.engine import Engine, opened

pytestmark = pytest.mark.slow

CONVERT = Convert()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with opened(tmp_path / "home", jobs_at_once=1) as engine:
        yield engine


def foretold(file: Path, folder: Path, **sets: Any) -> Forecast:
    """What is expected of one file."""
    prober = Prober()
    try:
        status = os.stat(file)
        source = Source(
            os.fsencode(file), size=status.st_size, mtime_ns=status.st_mtime_ns, info=prober.info(str(file))
        )
    finally:
        prober.close()
    options = CONVERT.decode({"speed": "ultrafast", **sets})
    told = forecast(CONVERT, source, options, toolchain=Toolchain(), cancel=Cancel(), folder=str(folder))
    assert told is not None
    return told


@pytest.mark.parametrize(
    ("name", "sets"),
    (
        ("h264_aac.mp4", {}),
        ("h264_aac.mp4", {"video": "copy", "audio": "copy"}),
        ("mono.wav", {"container": "mp3", "video": "none", "audio": "mp3"}),
        ("tracks.mkv", {"video": "hevc"}),
    ),
)
def test_what_is_tried_whole_comes_out_as_it_was_said(
    name: str, sets: dict[str, Any], engine: Engine, media: Media, tmp_path: Path
) -> None:
    file, scratch = media.clip(name), tmp_path / "scratch"
    scratch.mkdir()
    told = foretold(file, scratch, **sets)
    made = converted(engine, file, **sets)
    size = made.file.stat().st_size
    # In a file of two seconds the index is as large as anything else.
    assert abs(size - told.bytes.likely) < 0.05 * size + 4000
    assert 0 < told.cpu_s.low < told.cpu_s.likely < told.cpu_s.high
    assert 0 < told.wall_s.low < told.wall_s.high
    assert not list(scratch.iterdir())


def test_a_long_film_is_known_by_its_windows(engine: Engine, media: Media, tmp_path: Path) -> None:
    film = media.seconds(90)
    told = foretold(film, tmp_path)
    assert 30 < told.tried_s < 45
    made = converted(engine, film)
    assert told.bytes.low <= made.file.stat().st_size <= told.bytes.high


def test_a_part_is_forecast_as_a_part(media: Media, tmp_path: Path) -> None:
    whole = foretold(media.clip("h264_aac.mp4"), tmp_path)
    half = foretold(media.clip("h264_aac.mp4"), tmp_path, start="1")
    assert half.tried_s < 0.6 * whole.tried_s


def test_several_outputs_are_added_up(media: Media, tmp_path: Path) -> None:
    one = foretold(media.clip("h264_aac.mp4"), tmp_path)
    sound = {"container": "mp3", "video": "none", "audio": "mp3"}
    two = foretold(media.clip("h264_aac.mp4"), tmp_path, also=[sound])
    assert two.bytes.likely > one.bytes.likely + 10_000


def test_what_cannot_be_made_is_refused(media: Media, tmp_path: Path) -> None:
    with pytest.raises(PipelineError):
        foretold(media.clip("vorbis.ogg"), tmp_path, video="copy", audio="copy")


FLOW = Flow((FlowStep("convert", "", {}),))
TOLD = Forecast(Guess(100, 90, 110), Guess(50, 45, 55), Guess(30, 20, 40))


@pytest.mark.parametrize(
    ("rates", "low", "likely", "high"),
    (
        ((), 20, 30, 40),
        ((1 / 25, 1 / 30, 1 / 35), 26, 30, 34),  # 25 to 35 s for each second of media: narrower
        ((1 / 36, 1 / 38, 1 / 39), 36.4, 36.4, 38.8),
        ((1 / 300, 1 / 300, 1 / 300), 20, 30, 40),  # it contradicts what was tried just now
    ),
)
def test_history_narrows_the_time_where_both_agree(
    rates: tuple[float, ...], low: float, likely: float, high: float
) -> None:
    kept = SOURCES["1080p"]
    assert kept.info is not None
    source = msgspec.structs.replace(kept, info=msgspec.structs.replace(kept.info, duration_s=1.0))
    exact, _ = signatures(Job("", 0, source, FLOW, Destination()))
    told = with_history(TOLD, source, FLOW, Speeds({exact: rates} if rates else {}))
    assert (told.wall_s.low, told.wall_s.likely, told.wall_s.high) == pytest.approx((low, likely, high), rel=0.02)
    assert told.bytes == TOLD.bytes
