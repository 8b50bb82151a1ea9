from __future__ import annotations

import sys

import msgspec
import pytest

from pipeline.media.probe_answer import Answer
from pipeline.model.source import MediaInfo, MediaStream
from tests.support import child

INFO = MediaInfo("wav", None, (MediaStream(0, "audio", "pcm_s16le", title="line\nbreak – é", channels=2),))


@pytest.mark.parametrize(
    "answer", [Answer(info=INFO), Answer(trouble="truncated", detail="two\nlines"), Answer(fault="Traceback…")]
)
def test_an_answer_is_one_line_and_survives_the_way(answer: Answer) -> None:
    line = msgspec.json.encode(answer)
    assert b"\n" not in line
    assert msgspec.json.decode(line, type=Answer) == answer


def test_who_asks_loads_nothing_that_reads_media() -> None:
    code = "import sys, pipeline.media.probe; print('av' in sys.modules)"
    assert child.run([sys.executable, "-c", code]).out.strip() == "False"
