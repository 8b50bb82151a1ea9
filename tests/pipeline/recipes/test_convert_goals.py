"""Converts real files to a score or a size with a real engine, and measures what came of it by other means."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.media.packets import count
from pipeline.model.state import State
from tests.pipeline.recipes.clips import clip
from tests.pipeline.recipes.support import converted, ended, held
from tests.support import builders, child
from tests.support.builders import Media
from tests.support.engine import Engine, opened

pytestmark = pytest.mark.slow

# Pictures with something in them to lose: moving, grainy, and of many colours.
_RICH = (
    "-f lavfi -i testsrc2=size=320x180:rate=25:duration={s},noise=alls=12:allf=t,gblur=sigma=0.8 "
    "-f lavfi -i sine=frequency=440:sample_rate=48000:duration={s} "
    "-c:v libx264 -preset ultrafast -crf 8 -pix_fmt yuv420p -c:a aac -b:a 96k"
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, media: Media) -> Iterator[Engine]:
    with opened(tmp_path_factory.mktemp("goals")) as engine:
        # Its workers are children that live on; they are started before any test is watched for children it leaves.
        for job in engine.add(*(media.clip(name) for name in ("mono.wav", "stereo.flac", "aac.m4a")), container="m4a"):
            ended(engine, job)
        yield engine


@pytest.fixture(scope="session")
def rich(media: Media) -> Path:
    """Six seconds that are not easy."""
    return _rich(media, 6)


def _rich(media: Media, seconds: int) -> Path:
    file = media.folder / f"rich {seconds} s.mp4"
    return file if file.exists() else builders.make(_RICH.format(s=seconds).split(), file)


def score(result: Path, source: Path, folder: Path) -> float:
    """The mean of a result of the same size as its source, by a process of its own."""
    graph = (
        "[0:v]settb=1/1000,setpts=N[d];[1:v]settb=1/1000,setpts=N[r];[d][r]libvmaf=log_fmt=json:log_path=log.json[q]"
    )
    words = ["-v", "error", "-i", str(result), "-i", str(source), "-filter_complex", graph, "-map", "[q]"]
    ended = child.run([builders.ffmpeg(), *words, "-enc_time_base", "1:1000", "-f", "null", "-"], folder=str(folder))
    assert ended.code == 0, ended.err
    return float(json.loads((folder / "log.json").read_text())["pooled_metrics"]["vmaf"]["mean"])


@pytest.mark.parametrize(
    ("sets", "goal"),
    [
        ({"video": "h264"}, 93.0),
        ({"video": "h264"}, 80.0),
        ({"video": "hevc"}, 90.0),
        ({"video": "av1", "container": "mkv"}, 90.0),
        ({"video": "vp9", "container": "webm", "audio": "opus"}, 88.0),
    ],
)
def test_a_film_scores_what_was_asked_for(
    engine: Engine, rich: Path, tmp_path: Path, sets: dict[str, Any], goal: float
) -> None:
    made = converted(engine, rich, rate="vmaf", target_vmaf=goal, **sets)
    (artifact,) = made.job.artifacts
    told = artifact.measures["vmaf"]
    assert goal - 0.5 <= told <= goal + 1.0
    assert score(made.file, rich, tmp_path) == pytest.approx(told, abs=0.02)
    assert "vmaf_missed" not in made.warnings


def test_a_long_film_is_searched_by_windows_and_scored_whole(engine: Engine, media: Media) -> None:
    made = converted(engine, _rich(media, 40), rate="vmaf", target_vmaf=90.0)
    (artifact,) = made.job.artifacts
    assert 89.5 <= artifact.measures["vmaf"] <= 91.0
    assert artifact.measures["frames"] == 1000


# Of each, the frames that are scored must be those that are shown: at their own times, turned, deinterlaced, scaled.
@pytest.mark.parametrize(
    ("name", "sets"),
    [
        ("vfr.mp4", {}),
        ("rotated.mp4", {}),
        ("anamorphic.mp4", {}),
        ("interlaced.ts", {}),
        ("transport.ts", {"start": "0.5"}),
        ("transport.ts", {"start": "0.5", "end": "1.5"}),
        ("odd_321x181.mkv", {}),
        ("animation.gif", {}),
        ("full_range.mp4", {}),
        ("live.webm", {}),
        ("raw.h264", {}),
        ("vorbis.ogg", {}),
        ("h264_aac.mp4", {"fps": 12.5, "max_height": 90}),
        ("h264_aac.mp4", {"start": "0.5", "end": "1.5", "denoise": "light"}),
        ("hdr10.mkv", {"video": "hevc", "container": "mkv"}),
    ],
)
def test_whatever_its_pictures_are_a_score_is_found_for_them(
    engine: Engine, media: Media, name: str, sets: dict[str, Any]
) -> None:
    made = converted(engine, clip(media, name), rate="vmaf", target_vmaf=90.0, **sets)
    (artifact,) = made.job.artifacts
    if name == "vorbis.ogg":
        assert "vmaf" not in artifact.measures
        return
    assert 50.0 < artifact.measures["vmaf"] <= 100.0
    assert "vmaf_rough" not in made.warnings
    assert ("vmaf_hdr" in made.warnings) == (name == "hdr10.mkv")


def test_a_goal_out_of_reach_gives_the_best_there_is_and_says_so(engine: Engine, rich: Path) -> None:
    made = converted(engine, rich, rate="vmaf", target_vmaf=99.0)
    assert made.job.artifacts[0].measures["crf"] >= 8.0
    assert made.job.artifacts[0].measures["vmaf"] > 96.0


@pytest.mark.parametrize(
    ("sets", "target_mb"),
    [
        ({}, 1.0),
        ({}, 0.35),
        ({"audio": "none"}, 0.5),
        ({"audio": "flac", "container": "mkv"}, 1.2),
        ({"video": "hevc"}, 0.5),
        ({"video": "av1", "container": "mkv"}, 0.5),
        ({"video": "vp9", "container": "webm", "audio": "opus"}, 0.5),
        ({"container": "mov"}, 0.8),
    ],
)
def test_a_file_is_as_large_as_was_asked_for(
    engine: Engine, rich: Path, sets: dict[str, Any], target_mb: float
) -> None:
    made = converted(engine, rich, rate="size", target_mb=target_mb, speed="veryfast", **sets)
    assert 0.98 <= made.file.stat().st_size / (target_mb * 1e6) <= 1.0
    assert made.warnings == []
    assert held(made.file)[0].packets == 150


def test_with_a_cover_and_chapters_it_still_fits(engine: Engine, media: Media) -> None:
    made = converted(engine, clip(media, "chapters and cover.mp4"), rate="size", target_mb=0.12, speed="veryfast")
    assert 0.98 * 120_000 <= made.file.stat().st_size <= 120_000
    assert [each.kind for each in made.result.streams if each.kind == "cover"] == ["cover"]


def test_a_film_needs_no_more_than_its_finest(engine: Engine, media: Media) -> None:
    made = converted(engine, media.clip("h264_aac.mp4"), rate="size", target_mb=50.0, speed="veryfast")
    assert made.file.stat().st_size < 5_000_000
    assert made.warnings == ["size_not_needed"]


@pytest.mark.parametrize(
    ("sets", "code"),
    [
        ({"target_mb": 0.009}, "size_too_small"),
        ({"target_mb": 0.06, "audio": "flac", "container": "mkv", "accept_poor": True}, "sound_too_large"),
        ({"target_mb": 0.002, "accept_poor": True, "audio": "none"}, "size_out_of_reach"),
    ],
)
def test_a_size_that_makes_no_sense_is_refused_in_words(
    engine: Engine, rich: Path, sets: dict[str, Any], code: str
) -> None:
    (job,) = engine.add(rich, rate="size", speed="ultrafast", **sets)
    failed = ended(engine, job).job
    assert failed.state is State.FAILED
    assert failed.problem is not None
    assert failed.problem.code == code


def test_several_outputs_each_reach_their_own_goal(engine: Engine, rich: Path) -> None:
    also = ({"rate": "size", "target_mb": 0.5, "name": "small"}, {"crf": 30, "max_height": 90, "name": "tiny"})
    (job,) = engine.add(rich, rate="vmaf", target_vmaf=90.0, speed="ultrafast", also=also)
    made = ended(engine, job).job
    assert made.state is State.COMPLETED, made.problem
    scored, sized, plain = made.artifacts
    assert 89.5 <= scored.measures["vmaf"] <= 91.0
    assert 490_000 <= Path(sized.file).stat().st_size <= 500_000
    assert "vmaf" not in plain.measures
    assert count(f"file:{plain.file}")[0].packets == 150
