"""Encodes all outputs of a source: together in one decode, or each by itself where it has a goal to reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import msgspec

from pipeline.model.machine import Machine
from pipeline.model.source import MediaInfo, Source
from pipeline.model.stage import Talk, taking
from pipeline.stages.budget import to_size
from pipeline.stages.goal import Reached, refuse_unscorable, to_score
from pipeline.stages.hardware import missing
from pipeline.stages.output import Output
from pipeline.stages.search import Found, searched
from pipeline.stages.span import Span
from pipeline.stages.transcode import encoded

Searches = Mapping[str, Found]
"""What was found for each output that has a score to reach, by the name of its result."""


def goal_of(made: Output) -> Literal["", "size", "vmaf"]:
    """What an output has to reach; nothing where it is encoded as it was said."""
    if made.choices.rate == "size":
        return "size"
    return "vmaf" if made.choices.rate == "vmaf" and made.film is not None else ""


def all_searched(source: Source, info: MediaInfo, outputs: Sequence[Output], machine: Machine) -> Talk[Searches]:
    """Finds the quality of each output that has a score to reach.

    Raises:
        PipelineError: pictures that cannot be scored.
    """
    wanted = [made for made in outputs if goal_of(made) == "vmaf"]
    found: dict[str, Found] = {}
    for number, made in enumerate(wanted):
        refuse_unscorable(made)
        start, end = number / len(wanted), (number + 1) / len(wanted)
        made = _in_software(made)
        found[made.result] = yield from taking(start, end, searched(source, info, made, machine))
    return found


def all_encoded(
    source: Source, info: MediaInfo, outputs: Sequence[Output], found: Searches, machine: Machine
) -> Talk[tuple[Reached, ...]]:
    """Encodes outputs without a goal in one process, the others one after another; returns what came of each, in order.

    Raises:
        PipelineError: as for any encode, or a goal that makes no sense.
    """
    groups = _groups(outputs)
    reached: dict[str, Reached] = {}
    for at, group in enumerate(groups):
        start, end = at / len(groups), (at + 1) / len(groups)
        made = group[0]
        own = _in_software(made)
        match goal_of(made):
            case "size":
                one = yield from taking(start, end, to_size(source, info, own))
            case "vmaf":
                one = yield from taking(start, end, to_score(source, info, own, found[made.result], machine))
            case _:
                wrote = yield from taking(start, end, encoded(source, info, group))
                reached |= {made.result: Reached(made, said) for made, said in zip(group, wrote, strict=True)}
                continue
        reached[made.result] = replace(one, warnings=(*missing(made.choices, None), *one.warnings))
    return tuple(reached[made.result] for made in outputs)


def _groups(outputs: Sequence[Output]) -> tuple[list[Output], ...]:
    """Outputs that are made in one process: those of the same part of the source, and each with a goal by itself.

    Chapters are those of what a process reads first, so no two parts may be read by one.
    """
    groups: dict[Span | str, list[Output]] = {}
    for made in outputs:
        # Bitmaps that are burnt in come as a stream, and one stream is not drawn into two films.
        is_alone = goal_of(made) or (made.burn is not None and made.burn.bitmaps is not None)
        groups.setdefault(made.result if is_alone else made.span, []).append(made)
    return tuple(groups.values())


def _in_software(made: Output) -> Output:
    """A goal is reached by trying, and what is tried has to come out the same again."""
    return replace(made, hardware=None, choices=msgspec.structs.replace(made.choices, encoder="software"))
