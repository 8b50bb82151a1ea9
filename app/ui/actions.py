"""Everything a person can do with jobs, as a table: text, key, the states it fits, the verb. Menus and keys read it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.ui.job_verbs import JobVerbs
from pipeline.model.job import Job
from pipeline.model.state import State, Trigger

Verb = Callable[[JobVerbs, Sequence[Job]], None]
_ALL = frozenset(State)


def _taking(trigger: Trigger) -> frozenset[State]:
    return frozenset(state for state in State if state.takes(trigger))


def _always(job: Job) -> bool:
    return True


@dataclass(frozen=True)
class JobAction:
    """One thing to do with jobs.

    `shortcut` is a key sequence in Qt's portable form. Two actions may share one if no job fits both. `group`
    separates menus by rules. `also` narrows what the states say. `is_single` is for one job at a time.
    """

    id: str
    text: str
    icon: str
    shortcut: str
    group: int
    states: frozenset[State]
    verb: Verb
    also: Callable[[Job], bool] = _always
    is_single: bool = False
    token: str = "text2"

    def fits(self, job: Job) -> bool:
        """Whether it can be done with this job now."""
        return job.state in self.states and self.also(job)


def _is_held(job: Job) -> bool:
    return bool(job.held_by)


def _has_result(job: Job) -> bool:
    return any(artifact.kind == "result" for artifact in job.artifacts)


_PENDING = frozenset({State.PENDING})
_ENDED = frozenset(state for state in State if state.is_terminal)
_STARTED = frozenset(state for state in State if state.is_started)
_HAVE_LOG = _ALL - _PENDING

ACTIONS: tuple[JobAction, ...] = (
    JobAction("live", "Show live progress", "activity", "Return", 0, _ALL, JobVerbs.show_live, is_single=True),
    JobAction("problem", "Show problem", "circle-alert", "", 1, frozenset({State.FAILED}), JobVerbs.show_live,
              is_single=True, token="err"),
    JobAction("retry", "Retry", "rotate-ccw", "Ctrl+R", 1, _taking(Trigger.RETRY), JobVerbs.retry),
    JobAction("start", "Start now", "play", "Ctrl+Return", 1, _PENDING, JobVerbs.start),
    JobAction("hold", "Hold", "hand", "Space", 1, _PENDING, JobVerbs.hold, also=lambda job: not _is_held(job)),
    JobAction("release", "Let it take its turn", "clock", "Space", 1, _PENDING, JobVerbs.release, also=_is_held),
    JobAction("pause", "Pause", "pause", "Space", 1, _taking(Trigger.PAUSE), JobVerbs.pause),
    JobAction("resume", "Resume", "play", "Space", 1, _taking(Trigger.RESUME), JobVerbs.resume),
    JobAction("cancel", "Cancel", "x", "Del", 1, _STARTED - {State.CANCELING}, JobVerbs.cancel, token="err"),
    JobAction("first", "Move to top", "arrow-up-to-line", "Ctrl+Shift+Up", 1, _PENDING, JobVerbs.move_first),
    JobAction("last", "Move to bottom", "arrow-down-to-line", "Ctrl+Shift+Down", 1, _PENDING, JobVerbs.move_last),
    JobAction("show_result", "Show in folder", "folder-open", "Ctrl+Shift+R", 2, frozenset({State.COMPLETED}),
              JobVerbs.show_result, also=_has_result),
    JobAction("copy_result", "Copy result path", "copy", "", 2, frozenset({State.COMPLETED}), JobVerbs.copy_result,
              also=_has_result),
    JobAction("show_source", "Show source in folder", "folder", "", 2, _ALL, JobVerbs.show_source),
    JobAction("copy_source", "Copy source path", "copy", "Ctrl+Shift+C", 2, _ALL, JobVerbs.copy_source),
    JobAction("log", "Show log", "file-text", "Ctrl+I", 3, _HAVE_LOG, JobVerbs.show_log, is_single=True),
    JobAction("remove", "Remove from list", "list-x", "Del", 3, _ENDED | _PENDING, JobVerbs.remove),
)  # fmt: skip

# Keys that have no line in the menu.
KEYS: tuple[JobAction, ...] = (
    JobAction("up", "Move up", "arrow-up", "Alt+Up", 1, _PENDING, JobVerbs.move_up),
    JobAction("down", "Move down", "arrow-down", "Alt+Down", 1, _PENDING, JobVerbs.move_down),
)


def fitting(jobs: Sequence[Job], among: Sequence[JobAction] = ACTIONS) -> list[tuple[JobAction, list[Job]]]:
    """The actions that fit any of these jobs, each with the jobs it fits."""
    found = []
    for action in among:
        if action.is_single and len(jobs) != 1:
            continue
        if fits := [job for job in jobs if action.fits(job)]:
            found.append((action, fits))
    return found


def by_key(sequence: str, jobs: Sequence[Job]) -> tuple[JobAction, list[Job]] | None:
    """What a key does with these jobs: of actions that share it, the first that fits any of them."""
    named = [action for action in (*ACTIONS, *KEYS) if action.shortcut == sequence]
    return next(iter(fitting(jobs, named)), None)
