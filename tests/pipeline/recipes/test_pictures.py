"""What can be chosen about pictures, through the recipe and a real engine, and read by another build of ffprobe."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.model.state import State
from tests.pipeline.recipes.clips import clip
from tests.pipeline.recipes.support import converted, ended, frames, held, starts_s
from tests.support.builders import Media, make
from tests.support.child import run
from tests.support.dynamic_hdr import dolby_vision, hdr10_plus
from tests.support.engine import Engine, opened

pytestmark = pytest.mark.slow

TEN_BITS: dict[str, Any] = {"video": "hevc", "container": "mkv"}
KEPT: dict[str, Any] = {"video": "copy", "audio": "copy"}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, media: Media) -> Iterator[Engine]:
    with opened(tmp_path_factory.mktemp("pictures"), jobs_at_once=2) as engine:
        engine.core.prober.info(str(media.clip("video_only.mp4")))  # its worker outlives the first test
        yield engine


def probed(file: Path) -> dict[str, Any]:
    """What another build of ffprobe says of a film: its stream, its chapters, and what lies beside both."""
    tool = shutil.which("ffprobe")
    if tool is None:
        pytest.skip("there is no ffprobe here")
    shows = ("-show_frames", "-show_streams", "-show_chapters", "-select_streams", "v:0", "-read_intervals", "%+#1")
    told: dict[str, Any] = json.loads(run([tool, "-v", "error", *shows, "-of", "json", f"file:{file}"]).out)
    beside = (*told["streams"][0].get("side_data_list", ()), *told["frames"][0].get("side_data_list", ()))
    kinds = {each.pop("side_data_type") for each in beside}
    return {**told["streams"][0], "beside": kinds, "said": list(beside), "chapters": told["chapters"]}


def refused(engine: Engine, file: Path, **sets: Any) -> tuple[str, str]:
    """Code and reason of a job that fails."""
    (job,) = engine.add(file, **sets)
    made = ended(engine, job)
    assert made.job.state is State.FAILED and made.job.problem is not None
    return made.job.problem.code, made.job.problem.why


def test_bars_are_cut_and_the_rest_is_put_upright_into_its_frame(engine: Engine, media: Media, tmp_path: Path) -> None:
    film = "-f lavfi -i testsrc2=size=320x128:rate=25:duration=2,pad=320:180:0:26 -c:v libx264 -preset ultrafast"
    letterbox = make(film.split(), tmp_path / "letterbox.mp4")
    cropped = converted(engine, letterbox, crop="auto")
    assert (cropped.video.width, cropped.video.height) == (320, 128)
    standing = converted(engine, letterbox, crop="auto", aspect="9:16", fill="blur", max_height=360, upscale=True)
    assert (standing.video.width, standing.video.height, standing.video.sample_aspect) == (360, 640, "1:1")


@pytest.mark.parametrize("container", ("mp4", "mkv"))
def test_a_part_has_its_own_pictures_sound_cues_and_chapters(container: str, engine: Engine, media: Media) -> None:
    made = converted(engine, media.clip("tracks.mkv"), start="0.5", end="1.5", container=container)
    assert [each.packets for each in held(made.file) if each.kind == "video"] == [25]
    assert made.result.duration_s == pytest.approx(1.0, abs=0.05)
    cues = [(each.first_pts_s, each.last_end_s) for each in held(made.file) if each.kind == "subtitle"]
    assert cues and all(first == pytest.approx(0) and last == pytest.approx(1.0) for first, last in cues)
    chapters = [(float(each["start_time"]), float(each["end_time"])) for each in probed(made.file)["chapters"]]
    assert chapters == [(0.0, 0.5), (0.5, 1.0)]
    assert abs(starts_s(made.file, "v") - starts_s(made.file, "a")) < 0.045


@pytest.mark.parametrize("name", ("transport.ts", "vfr.mp4", "raw.h264", "animation.gif", "mpeg4_mp3.avi"))
def test_a_part_of_any_kind_of_file_is_as_long_as_asked(name: str, engine: Engine, media: Media) -> None:
    made = converted(engine, clip(media, name), start="0.6", end="1.6")
    assert made.video.duration_s == pytest.approx(1.0, abs=0.15)


def test_a_copy_begins_at_a_key_frame_and_says_so(engine: Engine, media: Media) -> None:
    made = converted(engine, media.seconds(4), start="2.5", container="mkv", preset="remux-mp4", **KEPT)
    assert made.warnings == ["start_moved"]
    assert made.result.duration_s == pytest.approx(2.0, abs=0.1)
    assert made.job.warnings[0].message.endswith("here at 0:02 instead of 0:02.5.")


@pytest.mark.parametrize(
    ("sets", "why"),
    (
        ({"crop": "90:90:0:0"}, "Less than 16 pixels would be left: the picture is 320 pixels wide and 180 high."),
        ({"start": "1:00"}, "h264_aac.mp4 is only 0:02 long."),
        ({"start": "1", "end": "0.5"}, "It has to be later than the start, which is 0:01."),
    ),
)
def test_what_cannot_be_is_refused_before_anything_is_encoded(
    sets: dict[str, Any], why: str, engine: Engine, media: Media
) -> None:
    assert refused(engine, media.clip("h264_aac.mp4"), **sets) == ("bad_option", why)


def test_an_end_behind_the_end_is_told_and_borne(engine: Engine, media: Media) -> None:
    made = converted(engine, media.clip("h264_aac.mp4"), start="1", end="1:00")
    assert made.warnings == ["end_beyond_source"]
    assert [each.packets for each in held(made.file) if each.kind == "video"] == [25]


@pytest.mark.parametrize(
    ("sets", "count", "rate"),
    (
        ({"fps": 1.0}, 2, "1/1"),
        ({"fps": 23.976}, 48, "24000/1001"),
        ({"fps": 29.97}, 60, "30000/1001"),
        ({"max_fps": 15.0}, 25, "25/2"),
        ({"max_fps": 60.0}, 50, "25/1"),
    ),
)
def test_a_rate_is_exact(sets: dict[str, Any], count: int, rate: str, engine: Engine, media: Media) -> None:
    made = converted(engine, media.clip("h264_aac.mp4"), **sets)
    assert [each.packets for each in held(made.file) if each.kind == "video"] == [count]
    assert probed(made.file)["r_frame_rate"] == rate


def test_a_picture_of_every_field_has_twice_the_rate(engine: Engine, media: Media) -> None:
    made = converted(engine, media.clip("interlaced.ts"), deinterlace="double", container="mkv")
    single = [each.packets for each in held(media.clip("interlaced.ts")) if each.kind == "video"]
    assert [each.packets for each in held(made.file) if each.kind == "video"] == [2 * single[0]]
    assert made.video.frame_rate == pytest.approx(50, abs=0.5)


@pytest.mark.parametrize("container", ("mkv", "mp4"))
def test_hdr10_is_kept_with_its_light(container: str, engine: Engine, media: Media) -> None:
    told = probed(converted(engine, media.clip("hdr10.mkv"), video="hevc", container=container).file)
    assert (told["pix_fmt"], told["color_transfer"], told["color_primaries"]) == ("yuv420p10le", "smpte2084", "bt2020")
    assert {"Mastering display metadata", "Content light level metadata"} <= told["beside"]


def test_hdr_that_must_be_kept_is_refused_where_it_cannot(engine: Engine, media: Media) -> None:
    assert refused(engine, media.clip("hdr10.mkv"), hdr="keep") == (
        "bad_option", "H.264 is not for HDR; choose HEVC or AV1, or convert to SDR.",
    )  # fmt: skip


@pytest.mark.parametrize(("profile", "base", "tag"), ((8, 1, "hvc1"), (5, 0, "dvh1")))
@pytest.mark.parametrize("container", ("mp4", "mkv"))
def test_dolby_vision_that_is_copied_stays_so(
    profile: int, base: int, tag: str, container: str, engine: Engine, media: Media, tmp_path: Path
) -> None:
    film = dolby_vision(media, tmp_path / "dolby.mp4", profile, base)
    made = converted(engine, film, preset="remux-mp4", container=container, **KEPT)
    assert (made.warnings, made.video.dolby_vision) == ([], f"{profile}.{base}")
    told = probed(made.file)
    assert [each["dv_profile"] for each in told["said"] if "dv_profile" in each] == [profile]
    assert container == "mkv" or told["codec_tag_string"] == tag


def test_dolby_vision_and_hdr10_plus_that_are_lost_are_told(engine: Engine, media: Media, tmp_path: Path) -> None:
    dolby = converted(engine, dolby_vision(media, tmp_path / "dolby.mp4", 8, 1), **TEN_BITS)
    assert (dolby.warnings, dolby.video.is_hdr, dolby.video.dolby_vision) == (["dolby_vision_lost"], True, "")
    plus = converted(engine, hdr10_plus(media, tmp_path / "plus.mkv"), **TEN_BITS)
    assert (plus.warnings, plus.video.is_hdr, plus.video.has_hdr10_plus) == (["hdr10_plus_lost"], True, False)
    kept = converted(engine, hdr10_plus(media, tmp_path / "plus.mkv"), video="vp9", container="webm", audio="opus")
    assert kept.warnings == []
    assert "SMPTE2094-40 (HDR10+)" in frames(kept.file)  # ffprobe 5.1 does not read it in Matroska


def test_dolby_vision_without_a_base_is_not_encoded(engine: Engine, media: Media, tmp_path: Path) -> None:
    code, _ = refused(engine, dolby_vision(media, tmp_path / "dolby.mp4", 5, 0), video="hevc")
    assert code == "dolby_vision_without_base"
