"""Which pictures are mended how, by tables, and what comes of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from pipeline.media.command import command, output, source_input
from pipeline.model.source import MediaStream
from pipeline.stages.cleaning import deinterlaced, denoised, doubles, sharpened
from pipeline.stages.look import UNSEEN, Seen
from tests.pipeline.recipes import clips
from tests.pipeline.stages.canned import SOURCES, video, wanted
from tests.pipeline.stages.running import drawn, film_of, probed
from tests.support.builders import Media, ffmpeg, make
from tests.support.child import run

TOP, SILENT, PROGRESSIVE = {"field_order": "tt"}, {"field_order": ""}, {"field_order": "progressive"}
BFF, TFF, NONE = Seen(fields="bff"), Seen(fields="tff"), Seen(fields="progressive")
FLAGGED = "bwdif=deint=interlaced:mode=send_frame:parity=auto"


def mended(stream: MediaStream, seen: Seen, choice: str) -> str:
    """The filter that puts fields together; empty where there is none."""
    film = deinterlaced(source_input(SOURCES["1080p"])["0"], stream, wanted(deinterlace=choice), seen)
    argv = command(output([film], "out.mkv")).argv
    if "-filter_complex" not in argv:
        return ""
    found = re.fullmatch(r"\[0:0\](.+)\[s0\]", argv[argv.index("-filter_complex") + 1])
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("stream", "seen", "choice", "expected"),
    (
        (PROGRESSIVE, UNSEEN, "auto", ""),
        (TOP, UNSEEN, "auto", FLAGGED),
        (SILENT, UNSEEN, "auto", FLAGGED),
        ({**SILENT, "codec": "vp9"}, UNSEEN, "auto", ""),
        ({**SILENT, "codec": "gif"}, UNSEEN, "auto", ""),
        (SILENT, NONE, "auto", ""),
        (SILENT, BFF, "auto", "bwdif=deint=all:mode=send_frame:parity=bff"),
        (TOP, UNSEEN, "off", ""),
        (SILENT, TFF, "off", ""),
        (PROGRESSIVE, UNSEEN, "always", "bwdif=deint=all:mode=send_frame:parity=auto"),
        (TOP, UNSEEN, "double", "bwdif=deint=all:mode=send_field:parity=auto"),
        (SILENT, TFF, "double", "bwdif=deint=all:mode=send_field:parity=tff"),
        (PROGRESSIVE, TFF, "double", "bwdif=deint=all:mode=send_field:parity=tff"),
        (PROGRESSIVE, NONE, "double", ""),
        (SILENT, UNSEEN, "double", FLAGGED),
    ),
)
def test_fields_are_put_together_where_there_are_some(
    stream: dict[str, Any], seen: Seen, choice: str, expected: str
) -> None:
    assert mended(video(**stream), seen, choice) == expected
    assert doubles(video(**stream), wanted(deinterlace=choice), seen) is ("send_field" in expected)


def test_nothing_is_cleaned_unless_it_is_asked_for() -> None:
    entry = source_input(SOURCES["1080p"])["0"]
    assert denoised(entry, wanted()) is entry
    assert sharpened(entry, wanted()) is entry


def combed(file: Path, folder: Path) -> float:
    """How far lines of the 10th picture lie, on average, from the middle of those above and below."""
    words = ["-i", str(file), "-vf", "select=eq(n\\,9),crop=64:512", "-frames:v", "1", "-pix_fmt", "gray"]
    grey = make(words, folder / "picture.pgm").read_bytes()[-64 * 512 :]
    apart = [abs(2 * grey[at] - grey[at - 64] - grey[at + 64]) for at in range(64, 64 * 511)]
    return sum(apart) / len(apart) / 2


def moving(tmp_path: Path, name: str, filters: str, *encoder: str) -> Path:
    """A soft pattern that moves sideways, 2 s of 50 pictures a second before the filters."""
    ramp = "gradients=size=720x576:rate=50:duration=2:n=2:c0=black:c1=white:x0=0:y0=0:x1=719:y1=0:speed=0.00001"
    words = f"-f lavfi -i {ramp},scroll=h=0.05"
    return make([*words.split(), "-vf", filters, *encoder], tmp_path / name)


def test_combing_is_gone_and_double_has_twice_the_pictures(tmp_path: Path) -> None:
    file = moving(tmp_path, "silent.avi", "interlace=scan=bff,setfield=prog", "-c:v", "huffyuv")
    assert film_of(file).field_order == ""
    assert combed(file, tmp_path) > 2
    single = drawn(file, tmp_path, "single.mkv", max_height=576)
    double = drawn(file, tmp_path, "double.mkv", deinterlace="double")
    assert combed(single, tmp_path) < 1 and combed(double, tmp_path) < 1
    assert film_of(single).frame_rate == pytest.approx(25, abs=0.1)
    assert film_of(double).frame_rate == pytest.approx(50, abs=0.1)
    assert combed(drawn(file, tmp_path, "off.mkv", deinterlace="off"), tmp_path) > 2


def test_a_film_whose_pictures_say_it_is_mended_too(media: Media, tmp_path: Path) -> None:
    file = clips.clip(media, "interlaced and silent about it.avi")
    info = probed(file).info
    assert info is not None and info.video is not None and info.video.field_order == ""
    flags = run([ffmpeg(), "-hide_banner", "-i", str(drawn(file, tmp_path)), "-vf", "showinfo", "-f", "null", "-"]).err
    assert " i:P" in flags and not re.search(" i:[TB]", flags)


def psnr(file: Path, clean: Path) -> float:
    """How near one film is to another, in dB."""
    said = run([ffmpeg(), "-hide_banner", "-i", str(file), "-i", str(clean), "-lavfi", "psnr", "-f", "null", "-"]).err
    return float(said.rpartition("average:")[2].split()[0])


def test_noise_is_less_after_than_before(tmp_path: Path) -> None:
    clean = moving(tmp_path, "clean.mkv", "scale=320:180,setsar=1,fps=25", "-c:v", "ffv1", "-pix_fmt", "yuv420p")
    noisy = make(["-i", str(clean), "-vf", "noise=alls=8:allf=t:all_seed=5", "-c:v", "ffv1"], tmp_path / "noisy.mkv")
    before = psnr(noisy, clean)
    light, medium, strong = (
        psnr(drawn(noisy, tmp_path, f"{each}.mkv", denoise=each), clean) for each in ("light", "medium", "strong")
    )
    assert before < light < medium < strong


def test_sharper_pictures_have_the_same_colours(media: Media, tmp_path: Path) -> None:
    def planes(file: Path) -> list[float]:
        words = ("-hide_banner", "-i", str(file), "-i", str(clip), "-lavfi", "psnr", "-f", "null", "-")
        said = run([ffmpeg(), *words]).err
        return [float(each) for each in re.findall(r" [yuv]:(\S+)", said.rpartition("PSNR")[2])]

    clip = media.clip("video_only.mp4")
    y, u, v = planes(drawn(clip, tmp_path, sharpen="medium"))
    assert y < 45 and u == v == float("inf")
