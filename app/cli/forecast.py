"""`forecast`: how large results would be and how long they would take, found out by trying parts of each source."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

import msgspec

from app import text
from app.cli.arguments import Arguments
from app.cli.jobs import reading
from app.cli.out import say
from app.cli.parts import Bootstrap
from app.cli.session import presets_of, settings_of
from app.home import Home, find_home
from pipeline.engine.cancel import Cancel
from pipeline.engine.estimate import Speeds
from pipeline.engine.forecast import forecast, with_history
from pipeline.engine.identity import looked_at
from pipeline.engine.intake import look
from pipeline.media.counter import COUNTER
from pipeline.media.probe import Prober
from pipeline.media.toolchain import Toolchain
from pipeline.model import wire
from pipeline.model.flow import Flow
from pipeline.model.forecast import Forecast, Guess
from pipeline.model.machine import Machine
from pipeline.model.problem import PipelineError, Problem, nothing_found
from pipeline.model.recipe import Recipe
from pipeline.model.source import Source, shown
from pipeline.store.connection import is_there, reader
from pipeline.store.recovery import NAME
from pipeline.store.schema import version_of
from pipeline.store.speeds import all_rates


@dataclass(frozen=True)
class _Wanted:
    """What is to be made, and with which means."""

    recipe: Recipe[Any]
    options: Any
    flow: Flow
    toolchain: Toolchain
    machine: Machine
    speeds: Speeds


def foretell(arguments: Arguments, bootstrap: Bootstrap) -> int:
    """Does the verb and returns the exit code: 1 where a source cannot be used or nothing is known of it.

    Raises:
        PipelineError: wrong names or values.
    """
    home = find_home(arguments.home)
    wanted = _wanted(arguments, bootstrap, home)
    found = look(arguments.inputs)
    if not found.sources:
        raise PipelineError(nothing_found(text.listed([shown(path) for path in arguments.inputs])))
    told: list[Forecast] = []
    failed = False
    with closing(Prober()) as prober, closing(COUNTER):
        for source in found.sources:
            try:
                known = looked_at(source, prober.info)
                reason = wanted.recipe.skips(known, wanted.options)
                one = None if reason else _one(known, wanted)
            except PipelineError as error:
                say(error.problem)
                failed = True
                continue
            failed = failed or (one is None and reason is None)
            told += [one] if one else []
            _print(arguments, source, one, reason)
    if len(told) > 1 and not arguments.json:
        print(f"In all: {described(reduce(add, told))}")
    return int(failed)


def _wanted(arguments: Arguments, bootstrap: Bootstrap, home: Home) -> _Wanted:
    book = presets_of(bootstrap, home)
    flow = book.flow(arguments.recipe, arguments.preset, arguments.sets, also=arguments.also)
    (step,) = flow.steps
    recipe = book.recipe(step.recipe)
    options = recipe.decode(step.options)
    toolchain = bootstrap.open_toolchain(home, settings_of(home))
    machine = bootstrap.machine_of(toolchain, with_hardware=recipe.wants_hardware(options))
    return _Wanted(recipe, options, flow, toolchain, machine, _speeds(os.path.join(home.database_folder, NAME)))


def described(told: Forecast) -> str:
    """`about 12.4 MB (11.8 MB to 13.1 MB) in 1 min 05 s (50 s to 1 min 20 s)`."""
    made = f"about {text.size(told.bytes.likely)} ({_between(told.bytes, text.size)})"
    return f"{made} in {text.duration(told.wall_s.likely)} ({_between(told.wall_s, text.duration)})"


def _between(guess: Guess, say_: Callable[[float], str]) -> str:
    return f"{say_(guess.low)} to {say_(guess.high)}"


def _one(source: Source, wanted: _Wanted) -> Forecast | None:
    told = forecast(
        wanted.recipe,
        source,
        wanted.options,
        toolchain=wanted.toolchain,
        cancel=Cancel(),
        machine=wanted.machine,
    )
    return None if told is None else with_history(told, source, wanted.flow, wanted.speeds)


def _print(arguments: Arguments, source: Source, told: Forecast | None, reason: Problem | None) -> None:
    if arguments.json:
        line = {**wire.path_fields(source.path), "forecast": msgspec.to_builtins(told)}
        if reason is not None:
            line["skipped"] = reason.message
        sys.stdout.write(wire.line(line).decode() + "\n")
        return
    what = described(told) if told else f"skipped. {reason.message}" if reason else "nothing is known of it"
    print(f"{text.one_line(source.name)}: {text.one_line(what)}", flush=True)


def _speeds(database: str) -> Speeds:
    """What earlier jobs of this home reached, read without owning it."""
    if not is_there(database):
        return Speeds({})
    with reading(), closing(reader(database)) as connection:
        return Speeds(all_rates(connection) if version_of(connection) else {})
