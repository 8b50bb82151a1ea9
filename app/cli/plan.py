"""`plan`: says what a run would do with each file, and why. Starts no job, writes no result and owns no home."""

from __future__ import annotations

import os
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any

from app import text
from app.cli.arguments import Arguments
from app.cli.out import DONE, FAILED, say
from app.cli.parts import Bootstrap
from app.cli.run import destination_of, missing, tell_left_out
from app.cli.session import presets_of, settings_of
from app.home import find_home
from pipeline.engine.cancel import Cancel
from pipeline.engine.identity import looked_at
from pipeline.engine.intake import look
from pipeline.engine.names import names_like
from pipeline.engine.rehearse import Rehearsal, rehearsed
from pipeline.media import process
from pipeline.media.probe import Prober
from pipeline.media.toolchain import Toolchain
from pipeline.model import wire
from pipeline.model.destination import Destination
from pipeline.model.problem import PipelineError, bug, nothing_found
from pipeline.model.shell import pasted
from pipeline.model.source import Source, shown
from pipeline.model.stage import Canceled

_AT_ONCE = 2


def plan(arguments: Arguments, bootstrap: Bootstrap) -> int:
    """Does the verb and returns the exit code: 1 where a file would fail, or one that was named is no media.

    Raises:
        PipelineError: wrong names or values.
    """
    home = find_home(arguments.home)
    settings = settings_of(home)
    book = presets_of(bootstrap, home)
    (step,) = book.flow(arguments.recipe, arguments.preset, arguments.sets, arguments.also).steps
    recipe = book.recipe(step.recipe)
    destination = destination_of(arguments, settings)
    toolchain = bootstrap.open_toolchain(home, settings)
    found = look(arguments.inputs)
    tell_left_out(found.skipped)
    if not found.sources:
        say(nothing_found(text.listed([shown(path) for path in arguments.inputs])))
        return FAILED
    options = recipe.decode(step.options)
    computer = bootstrap.machine_of(toolchain, with_hardware=recipe.wants_hardware(options))

    def one(source: Source, prober: Prober, cancel: Cancel) -> Rehearsal:
        probed = looked_at(source, prober.info)
        return rehearsed(
            recipe, probed, options, toolchain=toolchain, cancel=cancel, destination=destination, machine=computer
        )

    if arguments.commands and not arguments.json:
        print(_heading(toolchain))
    with _rehearsing(one, found.sources) as rehearsals:
        counts = _tell(arguments, destination, zip(found.sources, rehearsals, strict=True))
    return FAILED if counts["fail"] or missing(found, arguments.inputs) else DONE


def _tell(
    arguments: Arguments, destination: Destination, rehearsed_: Iterable[tuple[Source, Rehearsal]]
) -> Counter[str]:
    """Tells each as it becomes known, and the totals at the end; returns them."""
    counts: Counter[str] = Counter()
    finals = _Finals(destination)
    tell = _as_json if arguments.json else _as_lines
    for source, rehearsal in rehearsed_:
        counts[rehearsal.would] += 1
        tell(source, rehearsal, finals.of(source, rehearsal), with_commands=arguments.commands)
        sys.stdout.flush()
    if arguments.json:
        _write({"totals": {would: counts[would] for would in ("convert", "skip", "fail")}})
    else:
        print(_totals(counts))
    return counts


@contextmanager
def _rehearsing(
    one: Callable[[Source, Prober, Cancel], Rehearsal], sources: Sequence[Source]
) -> Iterator[Iterator[Rehearsal]]:
    """What would happen to each source, in order, as it becomes known. Leaving it early ends what still runs."""
    cancel = Cancel()

    def safely(source: Source) -> Rehearsal:
        try:
            return one(source, prober, cancel)
        except PipelineError as error:
            return Rehearsal("fail", error.problem)
        except Canceled:
            raise
        except Exception:
            # As in a run, where a mistake of ours ends one job and not the others.
            return Rehearsal("fail", bug(traceback.format_exc()))

    with closing(Prober(_AT_ONCE)) as prober, ThreadPoolExecutor(_AT_ONCE, "plan") as pool:
        futures = [pool.submit(safely, source) for source in sources]
        try:
            yield (future.result() for future in futures)
        finally:
            cancel.set()
            pool.shutdown(cancel_futures=True)
            process.close()


class _Finals:
    """The files results would become: names that are taken, or that an earlier file of this plan gets, are passed."""

    def __init__(self, destination: Destination) -> None:
        self._destination = destination
        self._given: set[str] = set()

    def of(self, source: Source, rehearsal: Rehearsal) -> list[str]:
        """The absolute paths of the results, the main one first; without those that are not known yet."""
        if rehearsal.would != "convert":
            return []
        folder = self._destination.folder_for(source.file, source.subfolder)
        return [self._given_to(os.path.join(folder, os.fsdecode(name)), source) for name in rehearsal.names if name]

    def _given_to(self, wished: str, source: Source) -> str:
        final = next(name for name in names_like(wished) if not self._is_taken(name, source))
        self._given.add(final)
        return final

    def _is_taken(self, path: str, source: Source) -> bool:
        if path in self._given:
            return True
        if path == source.file:
            return not self._destination.replace_source
        return self._destination.if_exists != "overwrite" and os.path.lexists(path)


def _as_lines(source: Source, rehearsal: Rehearsal, made: Sequence[str], *, with_commands: bool) -> None:
    name, problem = text.one_line(source.name), rehearsal.problem
    match rehearsal.would:
        case "convert":
            into = text.listed([text.one_line(shown(os.path.basename(path))) for path in made])
            print(f"{name}: would be made{f' into {into}' if into else ''}.")
        case "skip" if problem:
            print(f"{name}: would be skipped. {text.one_line(problem.message)}")
        case _ if problem:
            print(f"{name}: would fail. {text.one_line(f'{problem.message} {problem.why}')}")
            if problem.code == "bug":
                print("\n".join(f"    {line}" for line in text.details(problem)))
    for warning in rehearsal.warnings:
        print(f"    {text.one_line(warning.message)}")
    if with_commands:
        for command in rehearsal.commands:
            print(f"    {pasted(command.argv)}")
        if rehearsal.unforeseen:
            print(f"    {rehearsal.unforeseen}")


def _as_json(source: Source, rehearsal: Rehearsal, made: Sequence[str], *, with_commands: bool) -> None:
    found: dict[str, Any] = {
        **wire.path_fields(source.path),
        "would": rehearsal.would,
        "problem": wire.problem_object(rehearsal.problem),
        "results": [wire.path_fields(os.fsencode(path)) for path in made],
        "warnings": rehearsal.warnings,
    }
    if with_commands:
        found["commands"] = [pasted(command.argv) for command in rehearsal.commands]
        found["unforeseen"] = rehearsal.unforeseen or None
    _write(found)


def _heading(toolchain: Toolchain) -> str:
    """What the first word of the commands stands for, and where they run, in lines a shell passes over."""
    program = pasted([toolchain.program("ffmpeg")])
    return (
        f"# ffmpeg stands for {program}\n"
        "# Commands run in a scratch folder of their own, so what they make is named without one."
    )


def _totals(counts: Counter[str]) -> str:
    return f"{counts['convert']:,} would be made, {counts['skip']:,} skipped, {counts['fail']:,} would fail."


def _write(found: dict[str, Any]) -> None:
    sys.stdout.write(wire.line(found).decode() + "\n")
