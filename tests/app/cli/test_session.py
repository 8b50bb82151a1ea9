from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.cli.inbox import Inbox, Wish
from app.cli.session import claim_for_run, exit_code, opened, see_through, settings_of
from app.home import claim, find_home
from app.settings import Settings
from pipeline.engine.bus import Bus
from pipeline.model.destination import Destination
from pipeline.model.event import JobChanged, JobRemoved, Told
from pipeline.model.flow import Flow, FlowStep
from pipeline.model.job import Job
from pipeline.model.problem import PipelineError
from pipeline.model.source import Source
from pipeline.model.state import State
from tests.support.fake_core import FakeBootstrap, FakeCore

FLOW = Flow((FlowStep("convert"),))


class Remembering:
    """A report that remembers."""

    pulse_s = 1.0

    def __init__(self, breaks_at: str = "") -> None:
        self.said: list[str] = []
        self._breaks_at = breaks_at

    def _say(self, what: str) -> None:
        self.said.append(what)
        if what.startswith(self._breaks_at or "nothing"):
            raise BrokenPipeError

    def begin(self, jobs: Any) -> None:
        self._say(f"begin {len(jobs)}")

    def told(self, told: Told) -> None:
        if isinstance(told.event, JobChanged):
            self._say(f"told {told.event.state.value}")

    def ended(self, job: Job, number: int, total: int) -> None:
        self._say(f"ended {job.name} {job.state.value} {number}/{total}")

    def pulse(self, queue_eta: Any) -> None:
        assert queue_eta() is not None

    def finish(self, jobs: Any) -> None:
        self._say(f"finish {len(jobs)}")

    def abandon(self) -> None:
        self._say("abandon")


def core_of(tmp_path: Path, inbox: Inbox) -> FakeCore:
    core = FakeCore(find_home(str(tmp_path), {}), Settings(), "added", Bus())
    core.bus.subscribe(inbox.put)
    return core


def jobs_of(core: FakeCore, *names: str) -> tuple[Job, ...]:
    sources = [Source(path=f"/in/{name}".encode(), size=1, mtime_ns=1) for name in names]
    return core.control.add(sources, FLOW, Destination()).result()


def test_each_end_is_told_once_and_counted(tmp_path: Path) -> None:
    inbox, report = Inbox(), Remembering()
    core = core_of(tmp_path, inbox)
    ended = see_through(core, jobs_of(core, "a.mov", "bad.mov"), inbox, report)  # type: ignore[arg-type]
    assert report.said == [
        "begin 2",
        "told running", "told completed", "ended a.mov completed 1/2",
        "told running", "told failed", "ended bad.mov failed 2/2",
    ]  # fmt: skip
    assert [job.state for job in ended] == [State.COMPLETED, State.FAILED]


def test_what_ended_before_anyone_listened_is_counted_too(tmp_path: Path) -> None:
    inbox, report = Inbox(), Remembering()
    core = core_of(tmp_path, inbox)
    done = core.control.keep("a.mov", state=State.COMPLETED)
    see_through(core, [done], inbox, report)  # type: ignore[arg-type]
    assert report.said == ["begin 1", "ended a.mov completed 1/1"]


def test_events_of_other_jobs_are_not_told(tmp_path: Path) -> None:
    inbox, report = Inbox(), Remembering()
    core = core_of(tmp_path, inbox)
    jobs = jobs_of(core, "a.mov", "b.mov")
    see_through(core, jobs[1:], inbox, report)  # type: ignore[arg-type]
    assert [line for line in report.said if line.startswith("ended")] == ["ended b.mov completed 1/1"]


def test_a_job_somebody_removed_is_not_waited_for(tmp_path: Path) -> None:
    inbox, report = Inbox(), Remembering()
    core = core_of(tmp_path, inbox)
    job = core.control.keep("a.mov")
    core.control.tell(JobRemoved(job.id))
    del core.control.kept[job.id]
    assert see_through(core, [job], inbox, report) == [job]  # type: ignore[arg-type]
    assert report.said == ["begin 1"]


def test_a_wish_to_cancel_is_passed_on_once_and_waited_out(tmp_path: Path) -> None:
    inbox, report = Inbox(), Remembering()
    core = core_of(tmp_path, inbox)
    jobs = jobs_of(core, "slow1.mov", "a.mov", "slow2.mov")
    inbox.wish = Wish.CANCEL
    ended = see_through(core, jobs, inbox, report)  # type: ignore[arg-type]
    assert [(verb, set(ids)) for verb, ids in core.control.asked] == [("cancel", {job.id for job in jobs})]
    assert [job.state for job in ended] == [State.CANCELED] * 3


def test_a_wish_to_leave_is_followed_at_once(tmp_path: Path) -> None:
    inbox, report = Inbox(), Remembering()
    core = core_of(tmp_path, inbox)
    jobs = jobs_of(core, "slow.mov")
    inbox.wish = Wish.LEAVE
    (job,) = see_through(core, jobs, inbox, report)  # type: ignore[arg-type]
    assert job.state is State.RUNNING
    assert core.control.asked == []


def test_a_report_that_breaks_gives_the_terminal_back_first(tmp_path: Path) -> None:
    inbox, report = Inbox(), Remembering(breaks_at="told")
    core = core_of(tmp_path, inbox)
    with pytest.raises(BrokenPipeError):
        see_through(core, jobs_of(core, "a.mov"), inbox, report)  # type: ignore[arg-type]
    assert report.said[-1] == "abandon"


def test_an_engine_is_closed_however_the_work_ends(tmp_path: Path) -> None:
    bootstrap = FakeBootstrap()
    with (
        pytest.raises(RuntimeError),
        opened(bootstrap, find_home(str(tmp_path), {}), Settings(), Inbox(), "added"),
    ):
        raise RuntimeError
    assert bootstrap.core.is_closed


@pytest.mark.parametrize(
    ("states", "wish", "code"),
    [
        ([], None, 0),
        ([State.COMPLETED, State.SKIPPED], None, 0),
        ([State.COMPLETED, State.FAILED], None, 1),
        ([State.COMPLETED, State.RUNNING], Wish.LEAVE, 1),
        ([State.FAILED, State.CANCELED], Wish.CANCEL, 130),
        ([State.COMPLETED], Wish.CANCEL, 0),
        ([], Wish.CANCEL, 130),
    ],
)
def test_the_exit_code_says_how_it_went(states: list[State], wish: Wish | None, code: int) -> None:
    base = Job(id="1", num=1, source=Source(), flow=FLOW, destination=Destination())
    assert exit_code([msgspec.structs.replace(base, state=state) for state in states], wish) == code


def test_a_free_home_is_used_itself_and_an_owned_one_gets_a_run_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = find_home(str(tmp_path), {})
    with claim_for_run(home) as first, claim_for_run(home) as second:
        assert first.home == home
        assert second.home.run_id
        assert home.runs() == (second.home,)
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"This run keeps its records in {second.home.folder}." in said


def test_a_home_that_cannot_be_used_is_not_run_beside(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PipelineError):
        claim_for_run(find_home(str(tmp_path / "file"), {}))


def test_jobs_at_once_on_the_command_line_go_before_the_settings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "settings.toml").write_text("jobs_at_once = 3\nlow_priority = 7\n")
    home = find_home(str(tmp_path), {})
    assert settings_of(home).places == 3
    assert settings_of(home, 5).places == 5
    assert "The setting “low_priority” has a value it cannot take" in capsys.readouterr().err
    with claim(home):
        assert settings_of(home).places == 3
