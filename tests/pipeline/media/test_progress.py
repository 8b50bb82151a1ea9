from __future__ import annotations

import random
import tracemalloc
from itertools import pairwise

import pytest

from pipeline.media.progress import LINE_LIMIT, Ear, Heard, Line, Value
from pipeline.model.stage import Command, Tick
from tests.support.fake_tool import block

LOG = (
    "[in#0 @ 0x55b536a15d00] [error] Error opening input: No such file or directory\n"
    "[error] Error opening input file file:/nope.mp4.\n"
    "[fatal] Error opening input files: No such file or directory\n"
)


def hear(text: str | bytes, *, size: int = 1 << 20, speaks: str = "ffmpeg", **command: float) -> list[Heard]:
    """What is heard of a text that comes in chunks of this size."""
    data = text.encode() if isinstance(text, str) else text
    ear = Ear(Command(("ffmpeg",), speaks=speaks, **command))  # type: ignore[arg-type]
    heard: list[Heard] = []
    for at in range(0, len(data), size):
        heard += ear.hear(data[at : at + size])
    return heard + list(ear.end())


def test_a_block_is_one_tick() -> None:
    assert hear(block(us=2_000_000, frame=50, size=77315, speed="16.5x", end=True), expect_s=4.0) == [
        Tick(
            done=2.0, total=4.0, unit="s", out_time_s=2.0, frame=50, fps=25.0, speed=16.5, bit_rate=309_300.0,
            out_bytes=77315,
        )
    ]  # fmt: skip


def test_frames_are_counted_where_their_number_is_expected() -> None:
    (tick,) = hear(block(us=2_000_000, frame=50), expect_s=4.0, expect_frames=200)
    assert isinstance(tick, Tick)
    assert (tick.done, tick.total, tick.unit, tick.fraction) == (50.0, 200.0, "frames", 0.25)


def test_nothing_expected_is_an_unknown_total() -> None:
    (tick,) = hear(block(us=2_000_000, frame=50))
    assert isinstance(tick, Tick)
    assert (tick.done, tick.total, tick.fraction) == (2.0, 0.0, None)


def test_what_is_not_available_keeps_its_last_value() -> None:
    ticks = hear(block(us=1_000_000, frame=25, size=900, speed="2x") + block(us="N/A", frame=26, speed="N/A"))
    assert ticks[1] == Tick(
        done=1.0, unit="s", out_time_s=1.0, frame=26, fps=25.0, speed=2.0, bit_rate=309_300.0, out_bytes=900
    )


def test_nothing_goes_back_and_no_nonsense_is_taken() -> None:
    words = ["0", "-7", "nan", "inf", "-inf", "1e999", "N/A", "", "ten", "9" * 400, "500000", "12", "700000"]
    chance = random.Random(7)
    text = "".join(
        block(
            us=chance.choice(words), frame=chance.choice(words), size=chance.choice(words), speed=chance.choice(words)
        )
        for _ in range(300)
    )
    ticks = [tick for tick in hear(text) if isinstance(tick, Tick)]
    assert len(ticks) == 300
    for before, after in pairwise(ticks):
        assert before.out_time_s <= after.out_time_s
        assert before.frame <= after.frame and before.out_bytes <= after.out_bytes
        assert 0 <= after.speed < float("inf")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 4096])
def test_it_does_not_matter_where_the_chunks_end(size: int) -> None:
    text = block(us=1_000_000, frame=25) + LOG + block(us=2_000_000, frame=50, end=True) + "no newline – é"
    assert hear(text, size=size) == hear(text)


def test_log_lines_lose_their_level_and_addresses() -> None:
    assert hear(block(us=1_500_000, frame=1) + LOG)[1:] == [
        Line("error", "[in#0] Error opening input: No such file or directory", 1.5),
        Line("error", "Error opening input file file:/nope.mp4.", 1.5),
        Line("error", "Error opening input files: No such file or directory", 1.5),
    ]


@pytest.mark.parametrize(
    ("printed", "level", "text"),
    [
        ("[vist#0:0/h264 @ 0x55d] [dec:h264 @ 0x55e] [warning] corrupt decoded frame", "warning",
         "[vist#0:0/h264] [dec:h264] corrupt decoded frame"),
        ("[info] [not a level] text", "info", "[not a level] text"),
        ("[verbose] detail", "info", "detail"),
        ("x265 [error]: Picture width must be even", "info", "x265 [error]: Picture width must be even"),
        ("    Last message repeated 3 times", "info", "    Last message repeated 3 times"),
        ("frame=12 of a film", "info", "frame=12 of a film"),
        ("frames=12", "info", "frames=12"),
        ("[libx264 @ 000001c8a5b0e7c0] [error] a Windows address", "error", "[libx264] a Windows address"),
    ],
)  # fmt: skip
def test_lines_of_other_kinds(printed: str, level: str, text: str) -> None:
    (line,) = hear(printed + "\n")
    assert isinstance(line, Line)
    assert (line.level, line.text) == (level, text)


def test_carriage_returns_end_a_line_and_empty_lines_say_nothing() -> None:
    heard = hear("10%\r20%\r\n\n   \n30%", speaks="nothing")
    assert [line.text for line in heard if isinstance(line, Line)] == ["10%", "20%", "30%"]


def test_of_a_long_line_the_beginning_is_kept() -> None:
    (line, after) = hear(b"a" * 3_000_000 + b"\nafter\n", size=65536)
    assert line == Line("info", "a" * LINE_LIMIT)
    assert after == Line("info", "after")


def test_memory_stays_small_whatever_comes() -> None:
    ear = Ear(Command(("ffmpeg",)))
    chunk = b"x" * 65536
    tracemalloc.start()
    for _ in range(200):
        for _ in ear.hear(chunk):
            raise AssertionError("there was no line")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_what_cannot_be_shown_is_replaced() -> None:
    (line,) = hear(b"a\x00b\x1b[31mc\xffd\te\n", speaks="nothing")
    assert line == Line("info", "a\ufffdb\ufffd[31mc\ufffdd\te")


def test_json_lines() -> None:
    text = '{"done": 1, "total": 2, "unit": "bytes"}\n{"value": null}\n{"done": "x"}\n{"value": [1]}\nplain\n'
    assert hear(text, speaks="json") == [
        Tick(done=1, total=2, unit="bytes"),
        Value(None),
        Line("info", '{"done": "x"}'),
        Value([1]),
        Line("info", "plain"),
    ]
