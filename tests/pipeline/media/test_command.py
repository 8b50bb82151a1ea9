"""Command lines: what is always in them, and that every path comes out as it went in."""

from __future__ import annotations

import os

import pytest

from pipeline.media.command import chained, command, copies, joined, nowhere, output, scratch_input, source_input
from pipeline.model.source import Source
from tests.support.names import ODD_NAMES


def _copied(source: Source) -> tuple[str, ...]:
    return command(output([source_input(source)["0"]], "out.mp4", c="copy")).argv


@pytest.mark.parametrize("kind", ODD_NAMES)
def test_a_source_with_an_odd_name_comes_out_byte_by_byte(kind: str) -> None:
    path = b"/films/" + ODD_NAMES[kind]
    argv = _copied(Source(path=path))
    assert os.fsencode(argv[argv.index("-i") + 1]) == b"file:" + path


def test_an_odd_name_survives_a_graph_of_filters() -> None:
    entry = source_input(Source(path=b"/films/caf\xe9.mp4"))
    argv = command(output([entry["0"].filter("hflip"), entry["1"]], "out.mp4")).argv
    assert os.fsencode(argv[argv.index("-i") + 1]) == b"file:/films/caf\xe9.mp4"
    assert argv[argv.index("-filter_complex") + 1] == "[0:0]hflip[s0]"


def test_two_inputs_keep_their_names_apart() -> None:
    film, art = source_input(Source(path=b"/films/\xff.mp4")), source_input(Source(path="/films/ÿ.mp4".encode()))
    argv = command(output([film["0"], art["1"]], "out.mp4")).argv
    inputs = [os.fsencode(argv[at + 1]) for at, word in enumerate(argv) if word == "-i"]
    assert inputs == [b"file:/films/\xff.mp4", "file:/films/ÿ.mp4".encode()]


def test_the_tool_is_a_name_and_scratch_files_are_bare() -> None:
    argv = command(output([scratch_input("encode.mp4")["0"]], "result.mp4")).argv
    assert argv[0] == "ffmpeg"
    assert "file:encode.mp4" in argv
    assert argv[-1] == "file:result.mp4"


def test_every_command_tells_progress_and_never_asks() -> None:
    argv = _copied(Source(path=b"/a.mp4"))
    for words in (("-progress", "pipe:1"), ("-loglevel", "level+warning"), ("-nostdin",), ("-y",), ("-nostats",)):
        assert any(argv[at : at + len(words)] == words for at in range(len(argv))), words


def test_no_input_follows_a_reference_to_the_net() -> None:
    argv = _copied(Source(path=b"/list.m3u8"))
    at = argv.index("-protocol_whitelist")
    assert argv[at + 1] == "file,pipe"
    assert at < argv.index("-i")


def test_a_check_writes_nothing_and_may_stop_at_the_first_error() -> None:
    outputs = output([scratch_input("a.mp4")["0"]], "-", format="null")
    assert command(outputs).argv[-1] == "-"
    assert "-xerror" not in command(outputs).argv
    assert "-xerror" in command(outputs, stops_at_error=True).argv


def test_options_that_are_none_are_left_out() -> None:
    argv = command(output([scratch_input("a.mp4")["0"]], "b.mp4", c="copy", movflags=None)).argv
    assert "-movflags" not in argv


def test_several_outputs_are_one_process_with_what_is_expected_of_it() -> None:
    entry = scratch_input("a.mp4")
    made = command(output([entry["0"]], "b.mp4"), output([entry["1"]], "c.mp4"), expect_s=3.5, expect_frames=88)
    assert [word for word in made.argv if word.startswith("file:")] == ["file:a.mp4", "file:b.mp4", "file:c.mp4"]
    assert (made.expect_s, made.expect_frames, made.tool) == (3.5, 88, "ffmpeg")


def test_an_option_with_several_values_is_given_once_for_each() -> None:
    tags = ["language=eng", "title=A, B", "x=y"]
    argv = command(output([scratch_input("a.mp4")["0"]], "b.mp4", **{"metadata:s:0": tags})).argv
    places = [at for at, word in enumerate(argv) if word == "-metadata:s:0"]
    assert [argv[at + 1] for at in places] == tags
    assert argv[-1] == "file:b.mp4"


def test_filters_that_measure_are_heard_when_asked_for() -> None:
    argv = command(output([scratch_input("a.mp4")["0"]], "-", format="null"), says="info").argv
    assert argv[argv.index("-loglevel") + 1] == "level+info"


def test_a_person_s_filters_stand_in_the_graph_as_they_were_written() -> None:
    chain = r"eq=brightness='0.1',drawtext=text='it\\: 50\%',negate"
    film = chained(scratch_input("a.mp4")["0"].filter("hflip"), chain).filter("format", "yuv420p")
    argv = command(output([film], "b.mp4")).argv
    graph = argv[argv.index("-filter_complex") + 1]
    assert graph == f"[0:0]hflip[s0];[s0]{chain}[s1];[s1]format=yuv420p[s2]"


def test_decoded_pictures_may_go_to_several_outputs_and_come_back_behind_them() -> None:
    film = joined([scratch_input("a.mkv")["0"], scratch_input("b.mkv")["0"]])
    one, other = copies(film, 2)
    made = command(
        output([one], "made.mp4"), nowhere(other, fps_mode="passthrough"), after=("-dec", "1:0", "-f", "null")
    )
    argv = made.argv
    graph = argv[argv.index("-filter_complex") + 1]
    assert "concat=n=2" in graph
    assert "split=2" in graph
    assert argv.index("file:made.mp4") < argv.index("wrapped_avframe") < argv.index("-dec")
    assert argv[-4:] == ("-dec", "1:0", "-f", "null")
