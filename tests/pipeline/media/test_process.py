from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from pipeline.engine.cancel import Cancel
from pipeline.media.process import Running
from pipeline.model.problem import PipelineError
from pipeline.model.stage import Canceled, Tick
from tests.pipeline.media.support import (
    ENDLESS,
    FFMPEG,
    HEARD,
    LINUX,
    Heard,
    is_gone,
    play,
    run,
    status_of,
    until_gone,
)
from tests.support import fake_tool, wait
from tests.support.builders import Media


class Later:
    """Does something in another thread once a process runs, and ends that thread with the test."""

    def __init__(self, act: object) -> None:
        self._act = act
        self._threads: list[threading.Thread] = []
        self.running: Running | None = None

    def __call__(self, running: Running) -> None:
        self.running = running
        assert callable(self._act)
        self._threads.append(threading.Thread(target=self._act, args=(running,)))
        self._threads[-1].start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()


def test_ffmpeg_is_heard_to_its_end(media: Media, tmp_path: Path) -> None:
    clip = media.clip("h264_aac.mp4")
    argv = [FFMPEG, *HEARD, "-i", f"file:{clip}", "-c:v", "libx264", "-preset", "ultrafast", "out.mp4"]
    heard = run(argv, tmp_path, expect_frames=50)
    assert heard.ended.code == 0
    last = heard.ended.last_tick
    assert last is not None and (last.done, last.total, last.unit, last.frame) == (50.0, 50.0, "frames", 50)
    assert last.fraction == 1.0
    assert 1.9 < last.out_time_s < 2.1
    assert last.out_bytes == (tmp_path / "out.mp4").stat().st_size
    assert last.bit_rate > 0 and last.speed > 0
    assert heard.ended.lines == () and heard.ended.complaints == ()
    assert [tick.done for tick in heard.ticks] == sorted(tick.done for tick in heard.ticks)


def test_a_bad_end_keeps_code_last_lines_and_complaints(tmp_path: Path) -> None:
    heard = play("fails", tmp_path)
    assert heard.ended.code == 3
    assert heard.ended.lines == (
        "[h264] error while decoding MB 0 2, bytestream 2352",
        "[vist#0:0/h264] [dec:h264] corrupt decoded frame",
        "Svt[info]: SVT [version]: 4.0",
        "Conversion failed!",
    )
    assert heard.ended.complaints == (
        (1.0, "[h264] error while decoding MB 0 2, bytestream 2352"),
        (1.0, "Conversion failed!"),
    )
    assert [level for level, _ in heard.lines] == ["error", "warning", "info", "error"]


def test_a_flood_is_taken_without_keeping_it(tmp_path: Path) -> None:
    heard = play("floods", tmp_path)
    assert heard.ended.code == 0
    assert len(heard.ended.lines) <= 200
    assert sum(len(line.encode()) for line in heard.ended.lines) <= 16 * 1024
    assert heard.ended.lines[-1] == "complaint 499.99"
    assert len(heard.ended.complaints) == 20
    assert heard.ended.last_tick is not None and heard.ended.last_tick.frame == 25
    assert max(len(line) for _, line in heard.lines) <= 2000


def test_noise_is_heard_as_text(tmp_path: Path) -> None:
    heard = play("binary", tmp_path)
    assert heard.ended.code == 0 and heard.ticks == []
    assert all(line.encode() and "\x00" not in line for line in heard.ended.lines)


def test_a_signal_that_ends_it_is_a_negative_code(tmp_path: Path) -> None:
    assert play("crashes", tmp_path).ended.code == -signal.SIGSEGV


def test_our_own_children_speak_json(tmp_path: Path) -> None:
    heard = play("speaks", tmp_path, speaks="json")
    assert heard.ticks == [
        Tick(done=3, total=10, unit="items", message="three"),
        Tick(done=10, total=10, unit="items"),
    ]
    assert heard.ended.value == {"scores": [1.5, 2.5]}
    assert '{"done": "three"}' in heard.ended.lines and "Traceback: no" in heard.ended.lines


def test_a_value_over_the_limit_is_not_taken(tmp_path: Path) -> None:
    assert play("large_value", tmp_path, speaks="json").ended.value == "v" * 60_000


@pytest.mark.parametrize("program", ["/no/such/tool", "folder", "not_executable", "relative"])
def test_what_cannot_be_started_is_a_missing_tool(program: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "not_executable").write_text("x")
    with pytest.raises(PipelineError) as raised:
        run([str(tmp_path / program)], tmp_path)
    assert raised.value.problem.code == "tool_missing"


def test_a_program_the_system_refuses_is_a_missing_tool(tmp_path: Path) -> None:
    program = tmp_path / "tool"
    program.write_text("#!/no/such/interpreter\n")
    program.chmod(0o755)
    with pytest.raises(PipelineError) as raised:
        run([str(program)], tmp_path)
    assert raised.value.problem.code == "tool_missing"


def test_a_working_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(PipelineError) as raised:
        play("well", tmp_path / "gone")
    assert raised.value.problem.code == "destination_missing"


def test_a_set_cancel_starts_nothing(tmp_path: Path) -> None:
    cancel = Cancel()
    cancel.set()
    with pytest.raises(Canceled):
        play("well", tmp_path, cancel=cancel, on_start=lambda running: pytest.fail("it was started"))


def test_cancel_kills_the_whole_tree(tmp_path: Path) -> None:
    cancel, heard = Cancel(), Heard()

    def act(running: Running) -> None:
        wait.until(lambda: heard.lines, "the child's number")
        cancel.set()

    later = Later(act)
    with pytest.raises(Canceled):
        play("parent", tmp_path, cancel=cancel, on_start=later, heard=heard)
    later.join()
    assert later.running is not None
    assert not psutil.pid_exists(later.running.pid)
    until_gone(int(heard.lines[0][1].split()[1]))


def test_cancel_reaches_a_tool_that_closed_its_output(tmp_path: Path) -> None:
    cancel, heard = Cancel(), Heard()

    def act(running: Running) -> None:
        wait.until(lambda: not _is_writing(running.pid), "it to close its output")
        cancel.set()

    later = Later(act)
    with pytest.raises(Canceled):
        play("shuts_up", tmp_path, cancel=cancel, on_start=later, heard=heard)
    later.join()


def _is_writing(pid: int) -> bool:
    return not LINUX or os.path.exists(f"/proc/{pid}/fd/2")


def test_cancel_kills_a_suspended_tree(tmp_path: Path) -> None:
    cancel = Cancel()

    def act(running: Running) -> None:
        running.suspend()
        wait.until(lambda: status_of(running.pid) == psutil.STATUS_STOPPED, "it to stop")
        cancel.set()

    later = Later(act)
    with pytest.raises(Canceled):
        run([FFMPEG, *HEARD, *ENDLESS], tmp_path, cancel=cancel, on_start=later)
    later.join()
    assert later.running is not None and not psutil.pid_exists(later.running.pid)


def test_suspend_and_resume_reach_all_of_the_group_and_leave_the_time_out(tmp_path: Path) -> None:
    heard = Heard()
    seen: list[float] = []

    def act(running: Running) -> None:
        wait.until(lambda: heard.lines, "the child's number")
        pids = running.pid, int(heard.lines[0][1].split()[1])
        running.suspend()
        running.suspend()
        wait.until(lambda: all(status_of(pid) == psutil.STATUS_STOPPED for pid in pids), "both to stop")
        before = running.quiet_s()
        threading.Event().wait(0.3)
        seen.append(running.quiet_s() - before)
        running.resume()
        running.resume()
        wait.until(lambda: all(status_of(pid) != psutil.STATUS_STOPPED for pid in pids), "both to go on")
        running.kill()

    later = Later(act)
    play("parent", tmp_path, on_start=later, heard=heard)
    later.join()
    assert seen == [pytest.approx(0.0, abs=1e-6)]
    assert heard.ended.code == -signal.SIGKILL and heard.ended.stalled_s == 0.0


def test_active_time_has_no_suspended_time(tmp_path: Path) -> None:
    spans: list[float] = []

    def act(running: Running) -> None:
        running.suspend()
        since = time.monotonic()
        threading.Event().wait(0.2)
        spans.append(time.monotonic() - since)
        running.kill()

    later = Later(act)
    since = time.monotonic()
    heard = play("hangs", tmp_path, on_start=later)
    wall_s = time.monotonic() - since
    later.join()
    assert 0 < heard.ended.active_s <= wall_s - spans[0]


def test_a_tool_that_prints_but_does_not_move_is_quiet(tmp_path: Path) -> None:
    def act(running: Running) -> None:
        wait.until(lambda: running.quiet_s() > 0.5, "it to be quiet for half a second")
        running.kill(stalled_s=0.5)

    later = Later(act)
    heard = play("stalls", tmp_path, on_start=later)
    later.join()
    assert heard.ended.stalled_s == 0.5
    assert len(heard.ticks) > 2


def test_everything_is_safe_after_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[Running] = []
    play("well", tmp_path, on_start=held.append)
    monkeypatch.setattr(os, "killpg", lambda *_: pytest.fail("a number that may be someone else's was signalled"))
    held[0].suspend()
    held[0].resume()
    held[0].kill()
    assert held[0].quiet_s() == 0.0


def test_a_polite_command_is_asked_and_may_end_in_order(tmp_path: Path) -> None:
    cancel, heard, told = Cancel(), Heard(), tmp_path / "told"

    def act(running: Running) -> None:
        wait.until(lambda: heard.lines, "it to be ready")
        running.suspend()
        cancel.set()

    later = Later(act)
    with pytest.raises(Canceled):
        play("polite", tmp_path, str(told), cancel=cancel, on_start=later, heard=heard, polite=True, grace_s=60.0)
    later.join()
    assert told.read_text() == "ended in order"


def test_a_polite_command_that_is_deaf_is_killed_when_its_grace_is_over(tmp_path: Path) -> None:
    cancel, heard = Cancel(), Heard()

    def act(running: Running) -> None:
        wait.until(lambda: heard.lines, "it to be ready")
        cancel.set()

    later = Later(act)
    with pytest.raises(Canceled):
        play("deaf", tmp_path, cancel=cancel, on_start=later, heard=heard, polite=True, grace_s=0.1)
    later.join()
    assert later.running is not None and is_gone(later.running.pid)


def test_what_the_tool_leaves_in_its_group_is_killed(tmp_path: Path) -> None:
    heard = play("leaves", tmp_path)
    assert heard.ended.code == 0
    until_gone(int(heard.ended.lines[0].split()[1]))


def test_a_grandchild_that_left_and_holds_the_pipe_is_not_waited_for(tmp_path: Path) -> None:
    heard = play("runaway", tmp_path)
    assert heard.ended.code == 0
    left = int(heard.ended.lines[0].split()[1])
    assert not is_gone(left)
    os.kill(left, signal.SIGKILL)
    until_gone(left)


def test_a_mistake_in_a_listener_ends_the_tree_and_rises(tmp_path: Path) -> None:
    held: list[Running] = []

    def on_start(running: Running) -> None:
        held.append(running)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        play("hangs", tmp_path, on_start=on_start)
    assert not psutil.pid_exists(held[0].pid)


def test_a_child_has_its_own_session_and_mark_and_no_input(tmp_path: Path) -> None:
    seen: dict[str, object] = {}
    heard = Heard()

    def act(running: Running) -> None:
        wait.until(lambda: heard.lines, "it to be ready")
        child = psutil.Process(running.pid)
        seen.update(
            session=os.getsid(running.pid),
            group=os.getpgid(running.pid),
            mark=child.environ()["REELYARD_CHILD"],
            nice=child.nice(),
            input=os.readlink(f"/proc/{running.pid}/fd/0") if LINUX else os.devnull,
        )
        running.kill()

    later = Later(act)
    play("hangs", tmp_path, on_start=later, heard=heard, mark="of this test", low_priority=True)
    later.join()
    assert later.running is not None
    pid = later.running.pid
    own_nice = psutil.Process().nice()
    assert seen == {
        "session": pid, "group": pid, "mark": "of this test", "nice": min(19, own_nice + 10), "input": os.devnull,
    }  # fmt: skip


def test_our_own_python_finds_our_code_and_nothing_in_the_working_folder(tmp_path: Path) -> None:
    (tmp_path / "msgspec.py").write_text("raise SystemExit('a file of the working folder was imported')")
    code = "import pipeline.model.source, msgspec; print(msgspec.__name__)"
    heard = run([sys.executable, "-c", code], tmp_path, speaks="nothing")
    assert heard.ended.lines == ("msgspec",)


def test_arguments_of_any_bytes_arrive_as_they_are(tmp_path: Path) -> None:
    words = ["two\nlines", "%d", "-i", "caf\udce9", "$(id)", "", "日本"]
    code = "import os, sys; print([os.fsencode(word) for word in sys.argv[1:]])"
    heard = run([sys.executable, "-c", code, *words], tmp_path, speaks="nothing")
    assert heard.ended.lines == (str([os.fsencode(word) for word in words]),)


def test_many_at_once_do_not_meddle(tmp_path: Path) -> None:
    exits: list[Heard] = []

    def one() -> None:
        for _ in range(5):
            exits.append(run(fake_tool.argv("well"), tmp_path, expect_s=2.0))

    threads = [threading.Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [(heard.ended.code, len(heard.ticks)) for heard in exits] == [(0, 10)] * 30


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell of a process that has ended")
def test_processor_time_is_that_of_the_process(tmp_path: Path) -> None:
    busy = "import time\nwhile time.process_time() < 0.4: pass"
    # The system counts in hundredths, and its own count ends a little after that of the process.
    assert run([sys.executable, "-c", busy], tmp_path, speaks="nothing").ended.cpu_s >= 0.35
    idle = run([sys.executable, "-c", "import threading; threading.Event().wait(0.4)"], tmp_path, speaks="nothing")
    assert idle.ended.cpu_s < 0.3
