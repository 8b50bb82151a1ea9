"""Rules, names, further outputs and reports, tried through the recipe on real files."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.model.job import Job
from pipeline.model.problem import PipelineError
from pipeline.model.state import State
from tests.pipeline.recipes.clips import clip
from tests.pipeline.recipes.support import tags
from tests.support.builders import Media
from tests.support.engine import Engine, opened

pytestmark = pytest.mark.slow

NOON_S = datetime(2026, 11, 22, 12).timestamp()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with opened(tmp_path / "engine") as made:
        yield made


@pytest.fixture
def film(media: Media, tmp_path: Path) -> Path:
    """A film of a day, in a folder of that day."""
    folder = tmp_path / "2026-11-22"
    folder.mkdir()
    file = folder / "film.mkv"
    shutil.copyfile(media.clip("hevc_aac.mp4"), file)
    os.utime(file, (NOON_S, NOON_S))
    return file


def done(engine: Engine, file: Path, **sets: Any) -> Job:
    """A job with these options, when it has ended."""
    (job,) = engine.add(file, **{"speed": "ultrafast", **sets})
    return engine.wait_for(job.id, *(state for state in State if state.is_terminal))


@pytest.mark.parametrize(
    ("sets", "said"),
    [
        ({"skip_codecs": "av1,hevc"}, "film.mkv is HEVC already; the rule skips av1 and hevc."),
        ({"skip_below_height": 480}, "film.mkv is 320×180; the rule skips pictures whose shorter side is below 480."),
        ({"skip_below_mb": 100}, "the rule skips what is smaller than 100 MB."),
        ({"skip_below_kbps": 400000}, "the rule skips what has less than 400,000 kb/s."),
        ({"only_names": "*.mov"}, "film.mkv is not named *.mov; the rule takes no others."),
        ({"skip_folders": "2026-*"}, "film.mkv is in the folder 2026-11-22; the rule skips 2026-*."),
    ],
)
def test_a_rule_skips_and_a_retry_makes_it_all_the_same(
    sets: dict[str, Any], said: str, engine: Engine, film: Path
) -> None:
    job = done(engine, film, **sets)
    assert job.state is State.SKIPPED
    assert job.problem is not None and said in job.problem.message
    assert [change.state for change in engine.changes(job.id)][-2:] == [State.RUNNING, State.SKIPPED]
    engine.core.control.retry((job.id,))
    assert engine.wait_for(job.id, State.COMPLETED, State.FAILED).state is State.COMPLETED


def test_a_result_that_is_not_smaller_is_not_kept_until_a_person_wants_it(engine: Engine, film: Path) -> None:
    job = done(engine, film, crf=0, min_saving=0, name="large")
    assert job.state is State.SKIPPED
    assert job.problem is not None and "larger than film.mkv" in job.problem.message
    assert not (engine.out / "large.mp4").exists()
    engine.core.control.retry((job.id,))
    assert engine.wait_for(job.id, State.COMPLETED, State.FAILED).state is State.COMPLETED
    assert (engine.out / "large.mp4").stat().st_size > film.stat().st_size


def test_a_result_that_saves_enough_is_kept(engine: Engine, film: Path) -> None:
    job = done(engine, film, crf=45, min_saving=5, name="small")
    assert job.state is State.COMPLETED, job.problem
    assert (engine.out / "small.mp4").stat().st_size < film.stat().st_size


def test_the_name_is_made_of_what_the_result_is(engine: Engine, film: Path) -> None:
    job = done(engine, film, name="{date} {stem} {codec} {width}x{height}", max_height=90)
    assert [Path(made.file).name for made in job.artifacts] == ["2026-11-22 film h264 160x90.mp4"]


def test_further_outputs_are_made_in_one_decode_and_named_apart(engine: Engine, film: Path) -> None:
    also = [{"max_height": 90, "speed": "ultrafast"}, {"container": "mp3"}, {"video": "hevc", "speed": "ultrafast"}]
    job = done(engine, film, name="many", also=also)
    assert job.state is State.COMPLETED, job.problem
    paths = [made.file for made in job.artifacts]
    assert [Path(path).name for path in paths] == ["many.mp4", "film.mp4", "film.mp3", "film 180p.mp4"]
    commands = [line for line in engine.core.control.log(job.id) if line[9:].startswith("run ")]
    assert sum("film.mkv" in line for line in commands) == 1
    heights = [found.video.height if found.video else 0 for found in map(engine.core.prober.info, paths)]
    assert heights == [180, 90, 0, 180]


def test_a_report_stands_beside_the_result(engine: Engine, film: Path) -> None:
    job = done(engine, film, report=True, name="told", crf=30, loudness=-16)
    assert job.state is State.COMPLETED, job.problem
    assert [(made.kind, Path(made.file).name) for made in job.artifacts] == [
        ("result", "told.mp4"),
        ("sidecar", "told.mp4.report.json"),
    ]
    text = (engine.out / "told.mp4.report.json").read_text()
    report = json.loads(text)
    assert report["source"]["name"] == "film.mkv"
    assert report["options"]["crf"] == 30
    assert report["ffmpeg"] == engine.core.toolchain.abilities().version
    assert report["results"][0]["bytes"] == (engine.out / "told.mp4").stat().st_size
    assert report["results"][0]["measures"] == {"duration_s": 2.0, "frames": 50}
    assert any("file:film.mkv" in command and "-crf:v:0 30" in command for command in report["commands"])
    assert "ebur128" in report["commands"][0]
    assert str(film.parent) not in text and str(engine.out) not in text


@pytest.mark.parametrize(
    ("sets", "said"),
    [
        ({"skip_codecs": "hvec"}, "the nearest is hevc"),
        ({"name": "{stem} {heigth}"}, "perhaps {height} was meant"),
        ({"also": [{"name": ""}]}, "The result would have no name"),
        ({"only_folders": "a/b"}, "has a separator in it"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_there_is_a_job(sets: dict[str, Any], said: str, engine: Engine) -> None:
    with pytest.raises(PipelineError) as refused:
        engine.core.presets.flow("convert", "", sets)
    assert said in refused.value.problem.why


@pytest.mark.parametrize(
    ("sets", "ends_s"),
    (({"fps": 10}, 1.1), ({"start": "0.5"}, 1.1), ({"container": "gif"}, 1.1), ({"end": "0.8"}, None)),
)
def test_a_source_that_was_cut_off_gives_a_part_or_another_rate_too(
    sets: dict[str, Any], ends_s: float | None, engine: Engine, media: Media
) -> None:
    job = done(engine, clip(media, "cut.mkv"), **sets)
    assert job.state is State.COMPLETED, job.problem
    cuts = [warning.at_s for warning in job.warnings if warning.code == "source_cut_off"]
    assert cuts == ([pytest.approx(ends_s, abs=0.2)] if ends_s else [])


def test_sound_with_a_cover_may_come_before_a_film(engine: Engine, media: Media) -> None:
    also = [{"speed": "ultrafast", "max_height": 90}]
    job = done(engine, media.clip("cover.mp4"), container="mp3", video="none", audio="mp3", also=also)
    assert job.state is State.COMPLETED, job.problem
    assert len(job.artifacts) == 2


def test_parts_of_a_film_keep_the_chapters_of_their_own_part(engine: Engine, media: Media) -> None:
    film = media.clip("tracks.mkv")
    also = [{"container": "mkv", "speed": "ultrafast"}]
    job = done(engine, film, container="mkv", start="1", also=also)
    assert job.state is State.COMPLETED, job.problem
    part, whole = (_chapters(Path(made.file)) for made in job.artifacts)
    there = _chapters(film)
    assert whole == there
    assert part != there


def _chapters(file: Path) -> list[str]:
    return [line for line in tags(file).splitlines() if line.startswith(("START", "END", "TIMEBASE"))]


def test_an_output_that_saves_too_little_is_left_out_and_the_others_are_kept(engine: Engine, film: Path) -> None:
    also = [{"container": "mkv", "speed": "ultrafast", "crf": 1.0, "min_saving": 90.0}]
    job = done(engine, film, also=also)
    assert job.state is State.COMPLETED, job.problem
    assert [os.path.splitext(made.file)[1] for made in job.artifacts] == [".mp4"]
    (warning,) = (each for each in job.warnings if each.code == "output_left_out")
    assert "the rule keeps only what is smaller by at least 90 %" in warning.message


def test_a_further_output_has_rules_of_its_own(engine: Engine, film: Path) -> None:
    also = [{"container": "mkv", "speed": "ultrafast", "skip_codecs": "hevc"}]
    job = done(engine, film, also=also)
    assert job.state is State.COMPLETED, job.problem
    assert len(job.artifacts) == 1
    assert [each.code for each in job.warnings] == ["output_left_out"]


def test_where_no_output_saves_enough_the_job_is_skipped(engine: Engine, film: Path) -> None:
    also = [{"container": "mkv", "speed": "ultrafast", "crf": 1.0, "min_saving": 90.0}]
    assert done(engine, film, crf=1.0, min_saving=90.0, also=also).state is State.SKIPPED


def test_an_output_there_is_nothing_for_is_left_out(engine: Engine, media: Media) -> None:
    also = [{"container": "jpg", "video": "sheet", "audio": "none"}]
    job = done(engine, media.clip("mono.wav"), container="mp3", video="none", audio="mp3", also=also)
    assert job.state is State.COMPLETED, job.problem
    assert [warning.message for warning in job.warnings] == [
        "One output was left out. mono.wav has nothing for a JPEG."
    ]


def test_a_part_without_a_keyframe_is_not_copied(engine: Engine, media: Media) -> None:
    job = done(engine, clip(media, "transport.ts"), video="copy", audio="copy", container="mkv", start="1.2", end="1.4")
    assert job.problem is not None
    assert "There is no keyframe in this part" in str(job.problem)


def test_a_size_is_met_with_the_grain_of_hevc(engine: Engine, media: Media) -> None:
    sets = {"video": "hevc", "tune": "grain", "rate": "size", "target_mb": 0.4}
    job = done(engine, media.clip("h264_aac.mp4"), **sets)
    assert job.state is State.COMPLETED, job.problem
