"""What is asked survives the way to the child."""

from __future__ import annotations

import msgspec

from pipeline.media.question import Question


def test_any_bytes_of_a_path_arrive() -> None:
    asked = Question((b"/films/\xff\n.mp4",), 0.5)
    line = msgspec.json.encode(asked)
    assert b"\n" not in line
    assert msgspec.json.decode(line, type=Question) == asked
