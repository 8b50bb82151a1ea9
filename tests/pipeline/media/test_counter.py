"""Children that count and live on: they are asked again, and replaced where they die, hang or are not wanted."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.engine.cancel import Cancel
from pipeline.media.counter import Counter
from pipeline.model.problem import PipelineError
from pipeline.model.stage import Canceled, Tick
from tests.support.builders import Media

# A worker with a personality: it answers with its own number, dies of a file named so, or says nothing.
_WILD = """
import json, os, sys, base64
for line in sys.stdin:
    name = base64.b64decode(json.loads(line)["files"][0]).decode()
    if name.endswith("die"): os._exit(3)
    if name.endswith("hang"): continue
    print(json.dumps({"done": 1, "total": 2})); print(json.dumps({"value": os.getpid()}), flush=True)
"""


@pytest.fixture
def wild() -> Iterator[Counter]:
    counter = Counter((sys.executable, "-c", _WILD), quiet_s=1.0)
    yield counter
    counter.close()


def asked(counter: Counter, name: str, cancel: Cancel | None = None) -> object:
    """The answer about a file; `value`, or `error`."""
    found = counter.count([name], 0.0, cancel or Cancel(), lambda tick: None)
    return found.get("value", found.get("error"))


def test_a_child_is_asked_again(wild: Counter) -> None:
    assert asked(wild, "a") == asked(wild, "b")


def test_what_it_says_on_the_way_is_handed_on(wild: Counter) -> None:
    ticks: list[Tick] = []
    wild.count(["a"], 0.0, Cancel(), ticks.append)
    assert [(tick.done, tick.total, tick.unit) for tick in ticks] == [(1, 2, "bytes")]


def test_a_file_that_kills_it_twice_is_an_answer_and_the_next_file_is_counted(wild: Counter) -> None:
    first = asked(wild, "a")
    assert asked(wild, "die") == "Counting packets failed: what counts them died twice"
    assert asked(wild, "b") not in (first, None)


def test_a_child_nothing_is_heard_of_is_ended_and_the_fault_may_pass(wild: Counter) -> None:
    with pytest.raises(PipelineError) as raised:
        asked(wild, "hang")
    assert raised.value.problem.code == "tool_stalled"
    assert raised.value.problem.is_transient
    assert asked(wild, "a")


def test_a_cancel_ends_it_at_once(wild: Counter) -> None:
    cancel = Cancel()
    threading.Timer(0.2, cancel.set).start()
    with pytest.raises(Canceled):
        Counter((sys.executable, "-c", _WILD), quiet_s=60.0).count(["hang"], 0.0, cancel, lambda tick: None)


def test_several_ask_at_once(media: Media) -> None:
    counter = Counter()
    film = str(media.clip("h264_aac.mp4"))
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(asked(counter, film))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counter.close()
    assert len(found) == 4
    assert all(each == found[0] for each in found)


def test_a_name_of_any_bytes_is_counted(media: Media, tmp_path: Path) -> None:
    odd = tmp_path / "odd\udcff name\n.mp4"
    odd.symlink_to(media.clip("h264_aac.mp4"))
    counter = Counter()
    assert isinstance(asked(counter, str(odd)), list)
    counter.close()
