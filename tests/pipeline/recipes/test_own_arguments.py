"""A person's own filters and arguments through the engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.media.packets import count
from pipeline.model.problem import PipelineError
from pipeline.model.state import State
from tests.pipeline.recipes.support import converted, ended, tags
from tests.support.builders import Media
from tests.support.engine import Engine, opened

pytestmark = pytest.mark.slow


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with opened(tmp_path) as made:
        yield made


def test_arguments_reach_the_encoder_and_tags_the_file(engine: Engine, media: Media) -> None:
    extra = "-g 5 -x264-params scenecut=0 -cutoff 15000 -metadata title='A day out' -metadata comment=x=y"
    film = converted(engine, media.clip("h264_aac.mp4"), extra=extra)
    assert count(f"file:{film.file}")[0].keyframes == 10
    assert "title=A day out" in tags(film.file)
    assert r"comment=x\=y" in tags(film.file)


def test_a_slip_of_the_pen_shows_before_long_work(engine: Engine, media: Media) -> None:
    (job,) = engine.add(media.clip("h264_aac.mp4"), extra="-x264-params aq-modee=3")
    made = ended(engine, job)
    assert made.job.state is State.FAILED
    assert made.job.problem is not None
    assert (made.job.problem.code, "aq-modee" in made.job.problem.why) == ("bad_option", True)
    assert not list(engine.out.rglob("encode*"))


def test_what_is_not_allowed_is_refused_when_it_is_said(engine: Engine, media: Media) -> None:
    with pytest.raises(PipelineError) as refused:
        engine.add(media.clip("h264_aac.mp4"), extra="-y")
    assert "Reelyard names and writes the files itself" in refused.value.problem.why


def test_filters_are_drawn_and_may_change_the_length(engine: Engine, media: Media) -> None:
    film = converted(engine, media.clip("h264_aac.mp4"), filters="setpts=0.5*PTS,negate", audio="none")
    assert film.result.duration_s == pytest.approx(1.0, abs=0.1)
    assert count(f"file:{film.file}")[0].packets == 50


def test_a_filter_that_cannot_be_is_said_in_the_words_of_ffmpeg(engine: Engine, media: Media) -> None:
    (job,) = engine.add(media.clip("h264_aac.mp4"), filters="crop=9999:9999")
    made = ended(engine, job)
    assert made.job.problem is not None
    assert made.job.problem.code == "bad_option"
    assert "Invalid too big or non positive size" in made.job.problem.why
