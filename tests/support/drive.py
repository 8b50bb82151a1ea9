"""Talks with a Script as the Runner does, one Step and one Outcome at a time. Starts nothing and reads no file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pipeline.model.job import Artifact
from pipeline.model.problem import PipelineError, Problem, tool_failed
from pipeline.model.stage import Act, Call, Command, Outcome, Run, Script, Step, StepFailed, Tick, Together, members_of


@dataclass(frozen=True)
class RunAsked:
    """A Run the Script has asked for."""

    step: Run

    @property
    def command(self) -> Command:
        """The process it wants."""
        return self.step.command

    @property
    def argv(self) -> tuple[str, ...]:
        """The arguments, tool first."""
        return self.step.command.argv

    @property
    def argv_text(self) -> str:
        """The arguments as one line, for `in` and for golden files."""
        return " ".join(self.argv)

    def value_of(self, flag: str) -> str:
        """What follows the last use of `flag`."""
        places = [at for at, word in enumerate(self.argv) if word == flag]
        assert places, f"{flag} is not in: {self.argv_text}"
        return self.argv[places[-1] + 1]


class Talk:
    """One conversation. What a Step reads must have been made by an earlier one, or be in `there`."""

    def __init__(self, script: Script, there: Iterable[str] = ()) -> None:
        self._script = script
        self._there = set(there)
        self._asked: Step | None = None
        self._returned: tuple[Artifact, ...] | None = None
        self._raised: PipelineError | None = None
        self._advance(None)

    @property
    def asked(self) -> Step:
        """The Step that waits for an answer."""
        assert self._asked is not None, f"the script has ended: {self._raised or self._returned}"
        return self._asked

    @property
    def is_over(self) -> bool:
        """The script asks for nothing more."""
        return self._asked is None

    def asks_for_run(self) -> RunAsked:
        """The script wants a process."""
        asked = self.asked
        assert isinstance(asked, Run), f"not a Run: {asked}"
        return RunAsked(asked)

    def asks_for_call(self) -> Act:
        """The script wants an Act."""
        asked = self.asked
        assert isinstance(asked, Call), f"not a Call: {asked}"
        return asked.act

    def asks_for_together(self) -> tuple[Run | Call, ...]:
        """The script wants several Steps side by side."""
        asked = self.asked
        assert isinstance(asked, Together), f"not a Together: {asked}"
        return asked.steps

    def answers(
        self,
        *,
        exit_code: int = 0,
        value: Any = None,
        stderr: str = "",
        complaints: tuple[tuple[float, str], ...] = (),
        last_tick: Tick | None = None,
        active_s: float = 1.0,
        cpu_s: float = 0.0,
        members: tuple[Outcome, ...] = (),
    ) -> None:
        """The Step ended. An exit code other than 0 is raised in the script, as the Runner does."""
        lines = tuple(stderr.splitlines())
        outcome = Outcome(
            exit_code=exit_code,
            active_s=active_s,
            cpu_s=cpu_s,
            value=value,
            last_tick=last_tick,
            lines=lines,
            complaints=complaints,
            members=members,
        )
        if exit_code and isinstance(self.asked, Run):
            problem = tool_failed(self.asked.command.tool, exit_code, stderr)
            self._throw(StepFailed(problem, outcome))
            return
        for member in members_of(self.asked):
            self._there.update(member.makes)
        self._advance(outcome)

    def fails(self, problem: Problem, *, exit_code: int = 1) -> None:
        """The Step failed with this Problem."""
        if isinstance(self.asked, Run):
            self._throw(StepFailed(problem, Outcome(exit_code)))
        else:
            self._throw(PipelineError(problem))

    def returns(self) -> tuple[Artifact, ...]:
        """The script is over, with these artifacts."""
        assert self._raised is None, f"the script failed: {self._raised}"
        assert self._returned is not None, f"the script goes on and asks for {self._asked}"
        return self._returned

    def gives_up(self) -> Problem:
        """The script ended with this Problem."""
        assert self._raised is not None, f"the script did not fail; it asks for {self._asked}"
        return self._raised.problem

    def _advance(self, outcome: Outcome | None) -> None:
        try:
            step = self._script.send(outcome) if outcome is not None else next(self._script)
        except StopIteration as done:
            self._asked, self._returned = None, done.value
        except PipelineError as error:
            self._asked, self._raised = None, error
        else:
            self._take(step)

    def _throw(self, error: PipelineError) -> None:
        try:
            step = self._script.throw(error)
        except StopIteration as done:
            self._asked, self._returned = None, done.value
        except PipelineError as raised:
            self._asked, self._raised = None, raised
        else:
            self._take(step)

    def _take(self, step: Step) -> None:
        for member in members_of(step):
            unknown = set(member.reads) - self._there
            assert not unknown, f"it reads what no earlier Step made: {sorted(unknown)}"
        self._asked = step


def drive(script: Script, there: Iterable[str] = ()) -> Talk:
    """Starts a conversation. `there` names scratch files an earlier recipe of the Flow left."""
    return Talk(script, there)


def walk(script: Script, there: Iterable[str] = (), *, values: Iterable[Any] = ()) -> tuple[Step, ...]:
    """Every Step of a script whose Steps all succeed; Steps get `values` in turn, then None."""
    talk = drive(script, there)
    left = iter(values)
    steps: list[Step] = []
    while not talk.is_over:
        step = talk.asked
        steps.append(step)
        members = tuple(Outcome() for _ in members_of(step)) if isinstance(step, Together) else ()
        talk.answers(value=next(left, None), members=members)
    return tuple(steps)
