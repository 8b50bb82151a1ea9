"""A named way to make something: its options, its Stages, and its Script."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from pipeline.model.forecast import Forecast
from pipeline.model.option import RecipeOptions, decode_options
from pipeline.model.problem import Problem, Warn
from pipeline.model.source import Source
from pipeline.model.stage import Scratch, Script, Stage, Talk

O = TypeVar("O", bound=RecipeOptions)  # noqa: E741


class Recipe(ABC, Generic[O]):
    """Base of all recipes. A recipe has no state: the same inputs always yield the same Steps."""

    id: ClassVar[str]
    label: ClassVar[str]
    summary: ClassVar[str]
    options: type[O]

    @abstractmethod
    def stages(self, source: Source, options: O) -> tuple[Stage, ...]:
        """The Stages in order, as the window draws them before anything runs. The source may not be probed yet."""

    @abstractmethod
    def script(self, source: Source, options: O, scratch: Scratch) -> Script:
        """What the Runner drives, and replays after a crash. `source.info` is there.

        Raises:
            PipelineError: the source cannot be made into what the options ask for.
            Skip: a rule says that what came out is not wanted after all.
        """

    @abstractmethod
    def result_name(self, source: Source, options: O) -> bytes:
        """The file name its main result will wish for, where that is known before it runs; empty otherwise."""

    def result_names(self, source: Source, options: O) -> tuple[bytes, ...]:
        """The file names all its results will wish for, the main one first; one is empty where it is not known yet."""
        return (self.result_name(source, options),)

    def skips(self, source: Source, options: O) -> Problem | None:
        """Why a rule of the options leaves this source out; None where none does. `source.info` is there.

        Asked of a Flow's first recipe before anything is made.
        """
        return None

    def foresees(self, source: Source, options: O, scratch: Scratch) -> Talk[tuple[Warn, ...]]:
        """What the results will lack of their source, as far as looking at that can tell.

        It yields the looks that the Script begins with, and no other Steps. A person reads the answer before the
        start; finished results may warn of more.

        Raises:
            PipelineError: the source cannot be made into what the options ask for.
        """
        yield from ()
        return ()

    def wants_hardware(self, options: O) -> bool:
        """Whether its Scripts ask which hardware encoders work; finding out takes seconds the first time."""
        return False

    def without_rules(self, options: O) -> O:
        """The options with every rule that could skip a source or a result switched off: a person wants it made."""
        return options

    def forecast(self, source: Source, options: O, scratch: Scratch) -> Talk[Forecast | None]:
        """What to expect of a job, found out by trying parts of it; None where this recipe cannot tell.

        Raises:
            PipelineError: the source cannot be made into what the options ask for.
        """
        yield from ()
        return None

    def decode(self, values: Mapping[str, Any]) -> O:
        """Option values, checked.

        Raises:
            PipelineError: an unknown name or a value out of range.
        """
        return decode_options(self.options, values)


@dataclass(frozen=True)
class Preset:
    """A named set of option values for one Recipe. `origin` is `built-in`, or the user's file."""

    id: str
    recipe: str
    label: str
    summary: str
    options: Mapping[str, Any]
    origin: str = "built-in"
