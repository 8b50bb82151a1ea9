"""What each move does to a snapshot, and what is told of it."""

from __future__ import annotations

import pytest

from pipeline.engine.transition import Verdict, effects, events
from pipeline.model.event import ArtifactMade, JobChanged, JobWarned
from pipeline.model.job import Artifact, Progress
from pipeline.model.problem import Warn, bug
from pipeline.model.state import State, Trigger
from tests.pipeline.store.support import a_job

PROBLEM = bug("it broke")
RESULT = Artifact(path=b"/out/clip.mp4", size=7)
WARNING = Warn("source_damaged", "It is damaged.", 1.0)


def test_a_start_forgets_the_hold_and_the_last_problem() -> None:
    job = a_job(1, held_by="crash", problem=PROBLEM, ended_ms=5)
    found = effects(job, State.RUNNING, Trigger.START, None)
    assert (found["held_by"], found["problem"], found["ended_ms"]) == ("", None, None)
    assert found["started_ms"] > 0


def test_a_retry_is_a_new_attempt_with_nothing_of_the_old_one() -> None:
    job = a_job(
        1, state=State.FAILED, attempt=2, problem=PROBLEM, artifacts=(RESULT,), warnings=(WARNING,), interrupts=2
    )
    found = effects(job, State.PENDING, Trigger.RETRY, None)
    assert found["attempt"] == 3
    assert (found["problem"], found["artifacts"], found["warnings"], found["interrupts"]) == (None, (), (), 0)
    assert found["without_skip_rules"] is False


def test_a_retry_of_a_skipped_job_switches_the_skip_rules_off() -> None:
    assert effects(a_job(1, state=State.SKIPPED), State.PENDING, Trigger.RETRY, None)["without_skip_rules"] is True


@pytest.mark.parametrize(
    ("state", "held_by"), [(State.RUNNING, ""), (State.PAUSED, "person"), (State.PAUSING, "person")]
)
def test_what_a_person_had_paused_stays_theirs_after_a_quit(state: State, held_by: str) -> None:
    found = effects(a_job(1, state=state), State.PENDING, Trigger.INTERRUPT, None)
    assert (found["held_by"], found["progress"]) == (held_by, Progress())


def test_a_finish_carries_results_warnings_and_a_hundred_percent() -> None:
    job = a_job(1, state=State.COMPLETING, progress=Progress(percent=99.9, eta_ms=3))
    verdict = Verdict(Trigger.FINISH, artifacts=(RESULT,), warnings=(WARNING,))
    found = effects(job, State.COMPLETED, Trigger.FINISH, verdict)
    assert (found["artifacts"], found["warnings"]) == ((RESULT,), (WARNING,))
    assert (found["progress"].percent, found["progress"].eta_ms) == (100.0, None)


@pytest.mark.parametrize("state", [State.FAILED, State.SKIPPED])
def test_a_failure_and_a_skip_say_why(state: State) -> None:
    found = effects(a_job(1, state=State.RUNNING), state, Trigger.FAIL, Verdict(Trigger.FAIL, PROBLEM))
    assert found["problem"] == PROBLEM
    assert found["ended_ms"] > 0


def test_a_failure_of_a_job_that_is_being_cancelled_is_no_problem() -> None:
    found = effects(a_job(1, state=State.CANCELING), State.CANCELED, Trigger.FAIL, Verdict(Trigger.FAIL, PROBLEM))
    assert "problem" not in found


def test_results_and_warnings_are_told_before_the_end() -> None:
    job = a_job(1, state=State.COMPLETING)
    done = a_job(1, state=State.COMPLETED, artifacts=(RESULT,), warnings=(WARNING,))
    told = events(job, done, Trigger.FINISH)
    assert told == [
        ArtifactMade("job-1", 1, RESULT),
        JobWarned("job-1", 1, WARNING),
        JobChanged("job-1", State.COMPLETED, State.COMPLETING, 1, "finish"),
    ]
