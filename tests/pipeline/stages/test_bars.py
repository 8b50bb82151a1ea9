"""Black bars: how they are said, what is made of what cropdetect sees, and real films that have them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.model.problem import PipelineError
from pipeline.model.stage import Outcome, Run
from pipeline.stages.bars import Crop, found_bars, said_crop
from pipeline.stages.span import WHOLE
from tests.pipeline.stages.canned import source, video
from tests.pipeline.stages.running import done, probed
from tests.support.builders import Media, make

LONG = source("long.mp4", video(width=640, height=360), duration_s=100.0)


def line(left: int, right: int, top: int, bottom: int, at_s: float) -> str:
    """What ffmpeg 9.0.2 prints of one picture."""
    return (
        f"[Parsed_cropdetect_0] x1:{left} x2:{right} y1:{top} y2:{bottom} w:1 h:1 x:0 y:0 pts:1 "
        f"t:{at_s:.6f} limit:0.094118 crop=640:240:0:60"
    )


def found(*lines: str) -> Crop:
    """What comes of these lines; of all looks the same."""
    assert LONG.info is not None and LONG.info.video is not None
    talk = found_bars(LONG, LONG.info, LONG.info.video, WHOLE)
    step = next(talk)
    while True:
        assert isinstance(step, Run)
        try:
            step = talk.send(Outcome(lines=lines))
        except StopIteration as over:
            crop: Crop = over.value
            return crop


BARS = [line(0, 639, 60, 299, at) for at in range(12)]


@pytest.mark.parametrize(
    ("lines", "crop"),
    (
        (BARS, Crop(top=60, bottom=60)),
        ((), Crop()),
        ((line(639, 0, 359, 0, 0).replace("w:1 h:1", "w:-638 h:-358"),), Crop()),
        ((*BARS, line(200, 400, 170, 190, 3)), Crop(top=60, bottom=60)),
        ((*BARS, line(0, 639, 0, 359, 3)), Crop()),
        ((*BARS, line(0, 639, 20, 339, 3)), Crop(top=20, bottom=20)),
        ([line(2, 637, 1, 358, at) for at in range(12)], Crop()),
        ([line(80, 559, 1, 358, at) for at in range(12)], Crop(left=80, right=80)),
        ([line(250, 400, 100, 260, at) for at in range(12)], Crop()),  # a light in the dark
        ([line(30, 450, 20, 340, at) for at in range(12)], Crop()),  # and one at its side
        ((*BARS, f"[info]     title           : {line(0, 639, 0, 359, 3)}"), Crop(top=60, bottom=60)),
        ([each.replace("t:3.000000", "t:NOPTS") for each in BARS], Crop(top=60, bottom=60)),
    ),
)  # fmt: skip
def test_what_is_lit_in_any_picture_stays(lines: tuple[str, ...], crop: Crop) -> None:
    assert found(*lines) == crop


def test_a_film_of_few_key_frames_is_looked_at_throughout() -> None:
    assert LONG.info is not None and LONG.info.video is not None
    talk = found_bars(LONG, LONG.info, LONG.info.video, WHOLE)
    first = next(talk)
    second = talk.send(Outcome(lines=(line(0, 639, 60, 299, 0.0),) * 24))
    assert (first.label, second.label) == ("Look for black bars", "Look for black bars throughout")
    with pytest.raises(StopIteration) as over:
        talk.send(Outcome(lines=(line(0, 639, 40, 319, 99.0),)))
    assert over.value.value == Crop(top=40, bottom=40)


@pytest.mark.parametrize(
    ("said", "rotation", "crop"),
    (
        ("0:0:0:0", 0, Crop()),
        ("10:20:30:40", 0, Crop(10, 20, 30, 40)),
        (" 10 : 20 : 30 : 40 ", 0, Crop(10, 20, 30, 40)),
        ("170:174:0:0", 0, Crop(170, 174)),
        ("300:300:0:0", 90, Crop(300, 300)),
    ),
)
def test_a_crop_is_read(said: str, rotation: int, crop: Crop) -> None:
    assert said_crop(said, video(width=640, height=360, rotation=rotation)) == crop


@pytest.mark.parametrize(
    ("said", "why"),
    (
        ("top", "Write off, auto, or top:bottom:left:right in pixels; "),
        ("1:2:3", "Write off, auto, or top:bottom:left:right in pixels; "),
        ("-1:0:0:0", "Write off, auto, or top:bottom:left:right in pixels; "),
        ("180:180:0:0", "Less than 16 pixels would be left: "),
        ("0:0:600:600", "Less than 16 pixels would be left: "),
    ),
)  # fmt: skip
def test_a_crop_that_cannot_be_is_refused_with_the_picture_s_size(said: str, why: str) -> None:
    with pytest.raises(PipelineError) as raised:
        said_crop(said, video(width=640, height=360))
    assert raised.value.problem.code == "bad_option"
    assert raised.value.problem.why == why + "the picture is 640 pixels wide and 360 high."


FILM = "-f lavfi -i testsrc2=size=320x128:rate=5:duration={},pad=320:180:0:26,fade=in:st=2:d=1"


@pytest.mark.parametrize(
    ("seconds", "encoder"),
    (
        (5, "-c:v libx264 -preset ultrafast -g 999"),
        (30, "-c:v libx264 -preset ultrafast -g 10"),
        (30, "-c:v libx264 -preset ultrafast -g 999 -sc_threshold 0"),
        (30, "-vf format=yuv420p10le -c:v libx265 -preset ultrafast -x265-params log-level=error:keyint=10"),
    ),
)  # fmt: skip
def test_bars_are_found_in_spite_of_a_dark_beginning(seconds: int, encoder: str, tmp_path: Path) -> None:
    file = make([*FILM.format(seconds).split(), *encoder.split()], tmp_path / "film.mp4")
    kept = probed(file)
    assert kept.info is not None and kept.info.video is not None
    assert done(found_bars(kept, kept.info, kept.info.video, WHOLE), tmp_path) == Crop(top=26, bottom=26)


def test_a_small_title_at_the_beginning_of_a_short_film_hides_nothing(tmp_path: Path) -> None:
    title = "-f lavfi -i color=black:size=320x180:rate=25:duration=6 -vf"
    shown = "drawbox=60:50:200:80:white:fill:enable=lt(t\\,4),drawbox=0:26:320:128:white:fill:enable=gte(t\\,4)"
    kept = probed(make([*title.split(), shown, "-c:v", "ffv1"], tmp_path / "title.mkv"))
    assert kept.info is not None and kept.info.video is not None
    assert done(found_bars(kept, kept.info, kept.info.video, WHOLE), tmp_path) == Crop(top=26, bottom=26)


def test_bars_of_a_turned_film_are_where_a_person_sees_them(media: Media, tmp_path: Path) -> None:
    upright = make(FILM.format(4).split(), tmp_path / "lying.mp4")
    turned = make(["-display_rotation", "90", "-i", str(upright), "-c", "copy"], tmp_path / "standing.mp4")
    kept = probed(turned)
    assert kept.info is not None and kept.info.video is not None
    assert done(found_bars(kept, kept.info, kept.info.video, WHOLE), tmp_path) == Crop(left=26, right=26)
