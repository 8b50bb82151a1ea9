"""Every codec in every container that holds it, made through the engine and read back by an ffmpeg of another build."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.model.job import Job
from pipeline.model.state import State
from tests.support import builders, reader
from tests.support.builders import Media
from tests.support.child import run
from tests.support.engine import Engine, opened

pytestmark = pytest.mark.slow

# Container, codec, and what another build calls what is inside: codec, tag, pixel format.
FILMS: dict[str, tuple[dict[str, Any], tuple[str, str, str]]] = {
    "H.264 in MP4": ({"container": "mp4", "video": "h264"}, ("h264", "avc1", "yuv420p")),
    "HEVC in MP4": ({"container": "mp4", "video": "hevc"}, ("hevc", "hvc1", "yuv420p")),
    "AV1 in MP4": ({"container": "mp4", "video": "av1", "bit_depth": "10"}, ("av1", "av01", "yuv420p10le")),
    "VP9 in MP4": ({"container": "mp4", "video": "vp9"}, ("vp9", "vp09", "yuv420p")),
    "H.264 in MOV with PCM": ({"container": "mov", "video": "h264", "audio": "pcm"}, ("h264", "avc1", "yuv420p")),
    "HEVC in MOV": ({"container": "mov", "video": "hevc"}, ("hevc", "hvc1", "yuv420p")),
    "ProRes in MOV": ({"container": "mov", "video": "prores", "audio": "pcm"}, ("prores", "apch", "yuv422p10le")),
    "ProRes 4444 in MKV": (
        {"container": "mkv", "video": "prores", "prores_profile": "4444"}, ("prores", "ap4h", "yuv444p12le"),
    ),
    "DNxHR in MOV": ({"container": "mov", "video": "dnxhr", "audio": "pcm"}, ("dnxhd", "AVdh", "yuv422p")),
    "DNxHR HQX in MKV": (
        {"container": "mkv", "video": "dnxhr", "dnxhr_profile": "hqx"}, ("dnxhd", "AVdh", "yuv422p10le"),
    ),
    "HEVC in MKV": ({"container": "mkv", "video": "hevc"}, ("hevc", "", "yuv420p")),
    "AV1 in MKV": ({"container": "mkv", "video": "av1"}, ("av1", "", "yuv420p")),
    "VP9 in WebM": ({"container": "webm", "video": "vp9"}, ("vp9", "", "yuv420p")),
    "AV1 in WebM": ({"container": "webm", "video": "av1"}, ("av1", "", "yuv420p")),
}  # fmt: skip


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with opened(tmp_path) as made:
        yield made


def ended(engine: Engine, file: Path, **options: Any) -> Job:
    (job,) = engine.add(file, **{"speed": "ultrafast", "crf": None, **options})
    return engine.wait_for(job.id, *(state for state in State if state.is_terminal))


def completed(engine: Engine, file: Path, **options: Any) -> Path:
    job = ended(engine, file, **options)
    assert job.state is State.COMPLETED, job.problem
    return Path(job.artifacts[0].file)


@pytest.mark.skipif(not reader.is_here(), reason=reader.MISSING)
@pytest.mark.parametrize("kind", FILMS)
def test_a_film_plays_elsewhere(kind: str, engine: Engine, media: Media) -> None:
    options, (codec, tag, pixels) = FILMS[kind]
    file = completed(engine, media.clip("h264_aac.mp4"), **options)
    film = reader.read(file).video
    assert (film.codec, film.pixels, film.colours[2], len(reader.read(file).frames)) == (codec, pixels, "smpte170m", 50)
    assert film.told["codec_tag_string"] == tag or not tag


def test_a_gif_keeps_its_time(engine: Engine, media: Media) -> None:
    file = completed(engine, media.clip("h264_aac.mp4"), container="gif", fps=10.0, max_width=160)
    said = run(
        [builders.ffmpeg(), "-hide_banner", "-i", f"file:{file}", "-fps_mode", "passthrough", "-f", "null", "-"]
    ).err
    assert "frame=   20" in said and "160x90" in said
    assert b"NETSCAPE2.0\x03\x01\x00\x00" in file.read_bytes()  # shown over and over


def test_a_webp_moves(engine: Engine, media: Media) -> None:
    job = ended(engine, media.clip("h264_aac.mp4"), container="webp")
    assert job.state is State.COMPLETED, job.problem
    content = Path(job.artifacts[0].file).read_bytes()
    assert (content[8:16], content.count(b"ANMF")) == (b"WEBPVP8X", 50)
    assert job.artifacts[0].measures["frames"] == 50


def test_a_webp_of_pictures_that_are_all_alike_is_one(engine: Engine, tmp_path: Path) -> None:
    still = ["-f", "lavfi", "-i", "color=red:size=64x64:rate=25:duration=1", "-c:v", "libx264"]
    job = ended(engine, builders.make(still, tmp_path / "red.mp4"), container="webp")
    assert job.state is State.COMPLETED, job.problem
    assert Path(job.artifacts[0].file).read_bytes().count(b"ANMF") == 0


@pytest.mark.parametrize(("length_s", "rows"), [(10, 2), (60, 1)], ids=["of all pictures", "of keyframes"])
def test_a_sheet_is_one_jpeg(length_s: int, rows: int, engine: Engine, media: Media) -> None:
    file = completed(engine, media.seconds(length_s), container="jpg", sheet_columns=3, sheet_rows=rows, max_width=160)
    said = run([builders.ffmpeg(), "-hide_banner", "-i", f"file:{file}", "-f", "null", "-"]).err
    assert f"{3 * 160 + 4 * 4}x{rows * 90 + (rows + 1) * 4}" in said and "frame=    1" in said


def test_films_stills_and_sound_are_made_in_one_decode(engine: Engine, media: Media) -> None:
    also = [
        {"container": "jpg", "sheet_columns": 2, "sheet_rows": 2},
        {"container": "gif", "fps": 10, "max_width": 160},
        {"container": "webp", "max_width": 160},
        {"container": "mov", "video": "prores", "audio": "pcm"},
        {"container": "mp3"},
    ]
    job = ended(engine, media.clip("h264_aac.mp4"), also=also)
    assert job.state is State.COMPLETED, job.problem
    frames = {Path(made.file).suffix: made.measures.get("frames") for made in job.artifacts}
    assert frames == {".mp4": 50, ".jpg": 1, ".gif": 20, ".webp": 50, ".mov": 50, ".mp3": None}


def test_a_sheet_of_a_film_with_fewer_pictures_than_tiles_is_full(engine: Engine, tmp_path: Path) -> None:
    short = ["-f", "lavfi", "-i", "color=white:size=64x64:rate=25:duration=0.08", "-c:v", "libx264"]
    file = completed(
        engine, builders.make(short, tmp_path / "short.mp4"), container="jpg", sheet_columns=2, sheet_rows=2
    )
    look = "scale=2:2:flags=area,format=gray,signalstats,metadata=print:file=-"
    gray = run([builders.ffmpeg(), "-v", "error", "-i", f"file:{file}", "-vf", look, "-f", "null", "-"]).out
    darkest = float(next(line for line in gray.splitlines() if "YMIN" in line).partition("=")[2])
    assert darkest > 150


def test_colours_of_a_webp_and_a_sheet_are_those_of_the_film(engine: Engine, tmp_path: Path) -> None:
    # Green of BT.709, whose numbers mean another one in a still picture.
    green = ["-f", "lavfi", "-i", "color=0x20A040:size=1280x720:rate=5:duration=1,format=gbrp", "-vf",
             "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,setparams=colorspace=bt709:range=tv:"
             "color_primaries=bt709:color_trc=bt709", "-c:v", "libx264", "-crf", "5"]  # fmt: skip
    source = builders.make(green, tmp_path / "green.mp4")
    for container in ("webp", "jpg", "gif"):
        file = completed(engine, source, container=container, max_width=320, sheet_columns=1, sheet_rows=1)
        words = ["-v", "error", "-i", f"file:{file}", "-frames:v", "1", "-vf", "crop=2:2:20:20,format=rgb24"]
        pixel = tmp_path / f"{container}.rgb"
        assert run([builders.ffmpeg(), *words, "-f", "rawvideo", "-y", str(pixel)]).code == 0
        assert all(
            abs(seen - meant) <= 7 for seen, meant in zip(pixel.read_bytes()[:3], (0x20, 0xA0, 0x40), strict=True)
        )


def test_dnxhr_smaller_than_it_can_be_is_refused_before_it_runs(engine: Engine, media: Media) -> None:
    job = ended(engine, media.clip("h264_aac.mp4"), container="mov", video="dnxhr", audio="pcm", max_height=90)
    assert job.problem is not None
    assert job.problem.code == "bad_option"
    assert "160x90; ProRes takes any size" in job.problem.why
