from __future__ import annotations

import pytest

from pipeline.model.problem import PipelineError
from pipeline.stages.filter_chain import changes_length, judged


@pytest.mark.parametrize(
    "chain",
    [
        "hflip",
        "eq=contrast=1.1:saturation=1.2,hflip",
        "lut3d=file=/looks/film.cube",
        r"drawtext=text='a, b; c [d]':fontfile=/fonts/x.ttf",
        r"drawtext=text=a\, b\; c \[d\]",
        "vignette@soft=PI/5 , hue=s=0",
        "setpts=0.5*PTS",
        "loop=3:1",
    ],
)
def test_a_plain_chain_is_taken_as_it_is(chain: str) -> None:
    assert judged(f"  {chain} ") == chain


@pytest.mark.parametrize(
    ("chain", "why"),
    [
        ("movie=a.mp4", "it is a source of its own"),
        ("hflip,movie@x=a.mp4", "it is a source of its own"),
        ("subtitles=a.srt", "use the option “subtitles”"),
        ("metadata=print:file=/tmp/x", "it can write files"),
        ("libvmaf=log_path=x", "it can write files"),
        ("vidstabdetect=result=x", "it can write files"),
        ("zmq", "orders from the network"),
        ("frei0r=glow", "code that is not ffmpeg's"),
        ("hwupload", "the option “encoder”"),
        ("realtime", "it never ends"),
        ("loop=-1:1", "has no end"),
        ("loop=loop=-1:size=1", "has no end"),
        ("tpad=stop=-1", "has no end"),
        ("tpad=stop_mode=clone:stop=-1", "has no end"),
        ("split[a][b];[a][b]hstack", "no names in brackets"),
        ("hflip;vflip", "no semicolons"),
        ("hflip,,vflip", "nothing between two commas"),
        ("hflip,", "nothing between two commas"),
        (",hflip", "nothing between two commas"),
        ("drawtext=text='a", "A quote is opened"),
        ("=hflip", "does not begin with the name of a filter"),
        ("-vf hflip", "does not begin with the name of a filter"),
    ],
)
def test_what_reads_or_writes_more_than_it_should_is_refused(chain: str, why: str) -> None:
    with pytest.raises(PipelineError) as refused:
        judged(chain)
    assert refused.value.problem.code == "bad_option"
    assert why in refused.value.problem.why


@pytest.mark.parametrize(
    ("chain", "is_changed"),
    [
        ("", False),
        ("hflip,eq", False),
        ("drawtext=text=setpts", False),
        ("hflip,setpts=2*PTS", True),
        ("trim=0:5", True),
    ],
)
def test_filters_that_change_the_length_are_known(chain: str, is_changed: bool) -> None:
    assert changes_length(chain) == is_changed
