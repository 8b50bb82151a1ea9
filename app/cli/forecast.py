"""`forecast`: how large results would be and how long they would take, found out by trying parts of each source."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import closing
from typing import Any

import msgspec

from app import text
from app.cli.arguments import Arguments
from app.cli.jobs import reading
from app.cli.out import say
from app.cli.parts import Bootstrap
from app.cli.session import presets_of, settings_of
from app.home import find_home
from pipeline.engine.cancel import Cancel
from pipeline.engine.estimate import Speeds
from pipeline.engine.forecast import forecast, with_history
from pipeline.engine.intake import look
from pipeline.engine.presets import PresetBook, recipe_named
from pipeline.media.counter import COUNTER
from pipeline.media.probe import Prober
from pipeline.model import wire
from pipeline.model.flow import Flow
from pipeline.model.forecast import Forecast, Guess
from pipeline.model.problem import PipelineError, nothing_found
from pipeline.model.source import Source, shown
from pipeline.store.connection import is_there, reader
from pipeline.store.recovery import NAME
from pipeline.store.schema import version_of
from pipeline.store.speeds import all_rates


def foretell(arguments: Arguments, bootstrap: Bootstrap) -> int:
    """Does the verb and returns the exit code: 1 where a source cannot be used or nothing is known of it.

    Raises:
        PipelineError: wrong names or values.
    """
    home = find_home(arguments.home)
    book = presets_of(bootstrap, home)
    flow = book.flow(arguments.recipe, arguments.preset, arguments.sets)
    toolchain = bootstrap.open_toolchain(home, settings_of(home))
    speeds = _speeds(os.path.join(home.database_folder, NAME))
    found = look(arguments.inputs)
    if not found.sources:
        raise PipelineError(nothing_found(text.listed([shown(path) for path in arguments.inputs])))
    total: Forecast | None = None
    failed = False
    with closing(Prober()) as prober, closing(COUNTER):
        for source in found.sources:
            try:
                known = _known(source, prober)
                told = _one(known, flow, book, toolchain, speeds)
            except PipelineError as error:
                say(error.problem)
                failed = True
                continue
            failed = failed or told is None
            total = told if total is None else total + told if told else total
            _print(arguments, source, told)
    if total is not None and len(found.sources) > 1 and not arguments.json:
        print(f"In all: {described(total)}")
    return int(failed)


def described(told: Forecast) -> str:
    """`about 12.4 MB (11.8 MB to 13.1 MB) in 1 min 05 s (50 s to 1 min 20 s)`."""
    made = f"about {text.size(told.bytes.likely)} ({_between(told.bytes, text.size)})"
    return f"{made} in {text.duration(told.wall_s.likely)} ({_between(told.wall_s, text.duration)})"


def _between(guess: Guess, say_: Callable[[float], str]) -> str:
    return f"{say_(guess.low)} to {say_(guess.high)}"


def _known(source: Source, prober: Prober) -> Source:
    info = prober.info(source.file)
    status = os.stat(source.file)
    return msgspec.structs.replace(source, info=info, size=status.st_size, mtime_ns=status.st_mtime_ns)


def _one(source: Source, flow: Flow, book: PresetBook, toolchain: Any, speeds: Speeds) -> Forecast | None:
    (step,) = flow.steps
    recipe = recipe_named({each.id: each for each in book.recipes()}, step.recipe)
    options = recipe.decode(step.options)
    told = forecast(recipe, source, options, toolchain=toolchain, cancel=Cancel())
    return None if told is None else with_history(told, source, flow, speeds)


def _print(arguments: Arguments, source: Source, told: Forecast | None) -> None:
    if arguments.json:
        line = {**wire.path_fields(source.path), "forecast": msgspec.to_builtins(told)}
        sys.stdout.write(wire.line(line).decode() + "\n")
    else:
        print(f"{text.one_line(source.name)}: {described(told) if told else 'nothing is known of it'}", flush=True)


def _speeds(database: str) -> Speeds:
    """What earlier jobs of this home reached, read without owning it."""
    if not is_there(database):
        return Speeds({})
    with reading(), closing(reader(database)) as connection:
        return Speeds(all_rates(connection) if version_of(connection) else {})
