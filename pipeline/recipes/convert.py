"""One source to files in another codec, size or container."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from pipeline.model.forecast import Forecast
from pipeline.model.job import Artifact
from pipeline.model.machine import Machine
from pipeline.model.option import decode_options
from pipeline.model.problem import Problem, Warn
from pipeline.model.recipe import Recipe
from pipeline.model.source import MediaInfo, Source
from pipeline.model.stage import Command, Scratch, Script, Skip, Stage, Talk
from pipeline.stages.beside import taken_in, takes_in
from pipeline.stages.budget import refuse_budget
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.containers import container_of, refuse_impossible, settled
from pipeline.stages.covers import is_laid_out, laid_out
from pipeline.stages.damage import damage
from pipeline.stages.effort import foreseen_score, foreseen_size
from pipeline.stages.encoders import quality_of
from pipeline.stages.goal import Reached, refuse_goal
from pipeline.stages.hardware import hardware_for, is_wanted, missing
from pipeline.stages.look import Seen, is_looked_into, looked
from pipeline.stages.loudness import measured, measures
from pipeline.stages.naming import Named, check_name, result_name, result_names
from pipeline.stages.output import Output, size_before
from pipeline.stages.outputs import all_encoded, all_searched, goal_of
from pipeline.stages.pixels import USUAL, pixels_of
from pipeline.stages.profiles import refuse_size
from pipeline.stages.remux import faststart, refuse_unfit
from pipeline.stages.reporting import overheard, reported
from pipeline.stages.rules import check_rules, refuse_larger, skipped_by, without_rules
from pipeline.stages.sample import Spent, foreseen, timed
from pipeline.stages.selection import selected
from pipeline.stages.span import span_of
from pipeline.stages.subtitles import burns, burnt, undrawn
from pipeline.stages.tryout import check_own, tried, tries
from pipeline.stages.verify import Checked, checked

# Shares of the time it takes: x264 medium and LAME need eight to nine times as long as what is decoded afterwards;
# copying about as long as counting.
LOOK = Stage("look", "Look closer", 6)
SEARCH = Stage("search", "Find the quality", 40)
ENCODE = Stage("encode", "Encode", 88)
COPY = Stage("copy", "Copy", 9)
FINISH = Stage("finish", "Finish", 1)
VERIFY = Stage("verify", "Verify", 11)


class ConvertOptions(OutputChoices, frozen=True):
    """What can be chosen for a conversion."""


class Convert(Recipe[ConvertOptions]):
    """Encodes with one ffmpeg process, finishes the container, and decodes each result before it is called done."""

    id = "convert"
    label = "Convert"
    summary = "One file to others: another codec, size or container."
    options = ConvertOptions

    def decode(self, values: Mapping[str, Any]) -> ConvertOptions:
        """Option values, checked, those of further outputs too.

        Raises:
            PipelineError: an unknown name, a value out of range, or values that do not go together.
        """
        options = decode_options(ConvertOptions, _as_now(values))
        for each in _outputs_of(options):
            refuse_impossible(each)
            check_rules(each)
            check_name(each)
            check_own(each)
            refuse_goal(each)
            refuse_budget(each)
        return options

    def stages(self, source: Source, options: ConvertOptions) -> tuple[Stage, ...]:
        """Look closer where something is to be found out, search a quality, encode or copy, finish an MP4, verify."""
        outputs = _outputs_of(options)
        look = (LOOK,) if any(_looks(source, each) for each in outputs) else ()
        first = ENCODE if any(_encodes(source.info, each) for each in outputs) else COPY
        is_finished = any(_is_finished_apart(source.info, each) and each.rate != "size" for each in outputs)
        finish = (FINISH,) if is_finished else ()
        search = (SEARCH,) if any(_searches(source, each) for each in outputs) else ()
        return (*look, *search, first, *finish, VERIFY)

    def wants_hardware(self, options: ConvertOptions) -> bool:
        """Whether any of the files is to be encoded in hardware."""
        return any(is_wanted(each) for each in _outputs_of(options))

    def result_name(self, source: Source, options: ConvertOptions) -> bytes:
        """What the name's pattern comes to, as far as it is known."""
        choices = settled(options)
        return result_name(source, choices, size_before(source.info, choices))

    def result_names(self, source: Source, options: ConvertOptions) -> tuple[bytes, ...]:
        """The same of every output, told apart."""
        named = [Named(each, size_before(source.info, each)) for each in _outputs_of(options)]
        return result_names(source, named)

    def foresees(self, source: Source, options: ConvertOptions, scratch: Scratch) -> Talk[tuple[Warn, ...]]:
        """What each output will lack."""
        info = source.info
        assert info is not None
        wanted, left_out = _worth_making(source, info, options)
        lacks = [*left_out]
        for made in (yield from _all_decided(source, info, wanted, scratch)):
            choices = made.choices
            lacks += [*made.foretold, *missing(choices, made.hardware), *made.selection.left_out]
        return tuple(lacks)

    def skips(self, source: Source, options: ConvertOptions) -> Problem | None:
        """What the rules say of this source."""
        assert source.info is not None
        return skipped_by(source, source.info, options)

    def without_rules(self, options: ConvertOptions) -> ConvertOptions:
        """All rules off, those of further outputs too."""
        also = tuple(msgspec.to_builtins(without_rules(decode_options(ConvertOptions, each))) for each in options.also)
        return msgspec.structs.replace(without_rules(options), also=also)

    def script(self, source: Source, options: ConvertOptions, scratch: Scratch) -> Script:
        """What the Runner drives."""
        info = source.info
        assert info is not None
        wanted, left_out = _worth_making(source, info, options)
        commands: list[Command] = []
        outputs = yield from overheard(_all_decided(source, info, wanted, scratch), commands)
        artifacts = yield from overheard(_made(source, info, outputs, scratch.machine, left_out), commands)
        if not options.report:
            return artifacts
        report = scratch.path("report.json")
        ffmpeg = scratch.machine.ffmpeg
        told = reported(source, info, options, artifacts, commands, report, recipe=self.id, ffmpeg=ffmpeg)
        return (*artifacts, (yield from VERIFY.does(told)))

    def forecast(self, source: Source, options: ConvertOptions, scratch: Scratch) -> Talk[Forecast | None]:
        """Tries windows of each output; what is only copied is counted."""
        info = source.info
        assert info is not None
        told: Forecast | None = None
        wanted, _ = _worth_making(source, info, options)
        looks = Spent()
        for made in (yield from timed(_all_decided(source, info, wanted, scratch), looks)):
            foresee = {"vmaf": foreseen_score, "size": foreseen_size, "": foreseen}[goal_of(made)]
            part = yield from foresee(source, info, made, scratch)
            told = part if told is None else told + part
        return None if told is None else told + looks.forecast()


def _made(
    source: Source, info: MediaInfo, outputs: Sequence[Output], machine: Machine, left_out: tuple[Warn, ...]
) -> Script:
    """Encodes or copies, finishes and checks all outputs; those that save too little are left out.

    Raises:
        Skip: none is left.
    """
    first = ENCODE if any(each.selection.encoded for each in outputs) else COPY
    found = yield from SEARCH.does(all_searched(source, info, outputs, machine))
    reached = yield from first.does(all_encoded(source, info, outputs, found, machine))
    for each in reached:
        # One that has a size to reach was finished to see how large it is.
        if each.made.is_finished_apart and goal_of(each.made) != "size":
            yield from FINISH.does(faststart(source, info, each.made))
    names = result_names(source, [Named(each.choices, each.size) for each in outputs])
    artifacts: list[Artifact] = []
    turned_down: list[Problem] = []
    for each, name in zip(reached, names, strict=True):
        try:
            artifacts.append((yield from VERIFY.does(_verified(source, info, each, name))))
        except Skip as skip:
            turned_down.append(skip.problem)
    if not artifacts:
        raise Skip(turned_down[0])
    left_out += tuple(_left_out(each.message) for each in turned_down)
    artifacts[0] = msgspec.structs.replace(artifacts[0], warnings=(*artifacts[0].warnings, *left_out))
    return tuple(artifacts)


def _all_decided(
    source: Source, info: MediaInfo, wanted: Sequence[OutputChoices], scratch: Scratch
) -> Talk[tuple[Output, ...]]:
    """All that has to be found out about every output before any is encoded; what is alike is looked for once."""
    looks: dict[tuple[Any, ...], Seen] = {}
    outputs: list[Output] = []
    for number, choices in enumerate(wanted, 1):
        outputs.append((yield from _decided(source, info, choices, number, scratch, looks)))
    return tuple(outputs)


def _decided(
    source: Source, info: MediaInfo, choices: OutputChoices, number: int, scratch: Scratch,
    looks: dict[tuple[Any, ...], Seen],
) -> Talk[Output]:  # fmt: skip
    """All that has to be found out about one output. `looks` are those that were taken for earlier ones."""
    container = container_of(choices)
    own = scratch if number == 1 else replace(scratch, prefix=scratch.path(str(number)))
    beside = yield from LOOK.does(taken_in(source, info, choices, own))
    selection = selected(info, choices, beside.kept).besides(beside.warnings)
    refuse_unfit(source, info, selection, container)
    span = span_of(source, info, choices)
    selection = yield from LOOK.does(laid_out(source, selection, choices, own))
    look = (span, choices.crop, choices.deinterlace, choices.video in ("copy", "none") and choices.video)
    if look not in looks:
        looks[look] = yield from LOOK.does(looked(source, info, span, choices))
    loudness = yield from LOOK.does(measured(source, info, span, selection, choices))
    burn = yield from LOOK.does(burnt(source, info, span, choices, own, beside.kept))
    mark = "" if number == 1 else f"-{number}"
    result = scratch.path(f"result{mark}.{container.suffix}")
    made = Output(
        choices=choices,
        selection=selection,
        target=scratch.path(f"encode{mark}.{container.suffix}") if _is_finished_apart(info, choices) else result,
        result=result,
        quality=quality_of(choices),
        pixels=pixels_of(choices, info.video) if info.video and selection.has_video else USUAL,
        span=span,
        seen=looks[look],
        loudness=loudness,
        burn=burn,
        hardware=hardware_for(choices, scratch.machine) if selection.has_video else None,
    )
    refuse_size(choices, *made.size)
    yield from LOOK.does(tried(info, made))
    return made


def _verified(source: Source, info: MediaInfo, reached: Reached, name: bytes) -> Talk[Artifact]:
    made, wrote = reached.made, reached.wrote
    passed = yield from checked(source, info, made, wrote)
    if problem := refuse_larger(source, passed.bytes, made.choices):
        raise Skip(problem)
    found = (*(yield from damage(source, info, made, wrote.outcome, passed)), *undrawn(wrote.outcome))
    return Artifact(
        path=os.fsencode(made.result),
        name=name,
        modified_ns=source.mtime_ns if made.choices.dates and source.mtime_ns > 0 else 0,
        measures={**_measures(passed), **reached.measures},
        warnings=(
            *made.foretold,
            *wrote.warnings,
            *reached.warnings,
            *made.selection.left_out,
            *passed.left_out,
            *found,
        ),
    )


def _measures(passed: Checked) -> dict[str, float | int]:
    frames = {"frames": passed.here[0].packets} if passed.selection.has_video else {}
    return {"duration_s": round(passed.length_s, 3), **frames}


def _outputs_of(options: ConvertOptions) -> tuple[OutputChoices, ...]:
    """The choices of each output: the options themselves, then those of further ones, which stand on their own."""
    return (settled(options), *(settled(decode_options(ConvertOptions, each)) for each in options.also))


def _worth_making(
    source: Source, info: MediaInfo, options: ConvertOptions
) -> tuple[tuple[OutputChoices, ...], tuple[Warn, ...]]:
    """The outputs no rule of their own leaves out; the first one's rules have been asked for the whole job."""
    first, *others = _outputs_of(options)
    wanted, left_out = [first], list[Warn]()
    for each in others:
        if problem := skipped_by(source, info, each):
            left_out.append(_left_out(problem.message))
        elif selected(info, each).is_empty:
            left_out.append(_left_out(f"{source.name} has nothing for a {container_of(each).label}."))
        else:
            wanted.append(each)
    return tuple(wanted), tuple(left_out)


def _left_out(why: str) -> Warn:
    return Warn("output_left_out", f"One output was left out. {why}")


def _as_now(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Values as earlier versions wrote them, said as now: jobs keep theirs for years. Subtitles were a yes or no."""
    kept = values.get("subtitles")
    return {**values, "subtitles": "keep" if kept else "none"} if isinstance(kept, bool) else values


def _looks(source: Source, choices: OutputChoices) -> bool:
    info = source.info
    return (
        is_looked_into(info, choices)
        or measures(info, choices)
        or burns(choices)
        or takes_in(source, choices)
        or tries(choices)
        or (info is not None and is_laid_out(selected(info, choices), choices))
    )


def _encodes(info: MediaInfo | None, choices: OutputChoices) -> bool:
    if info is not None:
        return bool(selected(info, choices).encoded)
    return choices.video not in ("copy", "none") or choices.audio not in ("copy", "none")


def _searches(source: Source, choices: OutputChoices) -> bool:
    has_film = source.info is not None and source.info.video is not None
    return choices.rate == "vmaf" and choices.video != "none" and has_film


def _is_finished_apart(info: MediaInfo | None, choices: OutputChoices) -> bool:
    return container_of(choices).is_fragmented_first and _encodes(info, choices)
