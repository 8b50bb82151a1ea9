"""One source to files in another codec, size or container."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from pipeline.model.forecast import Forecast
from pipeline.model.job import Artifact
from pipeline.model.option import decode_options
from pipeline.model.recipe import Recipe
from pipeline.model.source import MediaInfo, Source
from pipeline.model.stage import Scratch, Script, Stage, Talk
from pipeline.stages.choices.output import OutputChoices
from pipeline.stages.containers import container_of, refuse_impossible, settled
from pipeline.stages.damage import damage
from pipeline.stages.encoders import quality_of
from pipeline.stages.hardware import hardware_for
from pipeline.stages.look import looked, looks
from pipeline.stages.loudness import measured
from pipeline.stages.output import Output
from pipeline.stages.pixels import USUAL, pixels_of
from pipeline.stages.remux import faststart, refuse_unfit
from pipeline.stages.sample import foreseen
from pipeline.stages.selection import selected
from pipeline.stages.span import span_of
from pipeline.stages.subtitles import burnt
from pipeline.stages.transcode import Wrote, encoded
from pipeline.stages.verify import Checked, checked

# Shares of the time it takes: x264 medium and LAME need eight to nine times as long as what is decoded afterwards;
# copying about as long as counting.
LOOK = Stage("look", "Look closer", 6)
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
        options = decode_options(ConvertOptions, values)
        for each in _outputs_of(options):
            refuse_impossible(each)
        return options

    def stages(self, source: Source, options: ConvertOptions) -> tuple[Stage, ...]:
        """Look closer where something is to be found out, encode or copy, finish an encoded MP4, verify."""
        outputs = _outputs_of(options)
        look = (LOOK,) if any(_looks(source.info, each) for each in outputs) else ()
        first = ENCODE if any(_encodes(each) for each in outputs) else COPY
        finish = (FINISH,) if any(_is_finished_apart(each) for each in outputs) else ()
        return (*look, first, *finish, VERIFY)

    def wants_hardware(self, options: ConvertOptions) -> bool:
        """Whether any of the files is to be encoded in hardware."""
        return any(each.encoder == "hardware" for each in _outputs_of(options))

    def result_name(self, source: Source, options: ConvertOptions) -> bytes:
        """The source's name with the container's suffix."""
        return os.fsencode(f"{source.stem}.{container_of(options).suffix}")

    def script(self, source: Source, options: ConvertOptions, scratch: Scratch) -> Script:
        """What the Runner drives."""
        info = source.info
        assert info is not None
        wanted = _outputs_of(options)
        outputs: list[Output] = []
        for number, choices in enumerate(wanted, 1):
            outputs.append((yield from _decided(source, info, choices, number, scratch)))
        first = ENCODE if any(_encodes(each) for each in wanted) else COPY
        wrote = yield from first.does(encoded(source, info, outputs))
        for made in outputs:
            if made.is_finished_apart:
                yield from FINISH.does(faststart(source, info, made))
        artifacts: list[Artifact] = []
        for made, said in zip(outputs, wrote, strict=True):
            artifacts.append((yield from VERIFY.does(_verified(source, info, made, said))))
        return tuple(artifacts)


    def forecast(self, source: Source, options: ConvertOptions, scratch: Scratch) -> Talk[Forecast | None]:
        """Tries windows of each output; what is only copied is counted."""
        info = source.info
        assert info is not None
        found: Forecast | None = None
        for number, choices in enumerate(_outputs_of(options), 1):
            made = yield from _decided(source, info, choices, number, scratch)
            part = yield from foreseen(source, info, made, scratch)
            found = part if found is None else found + part
        return found


def _decided(source: Source, info: MediaInfo, choices: OutputChoices, number: int, scratch: Scratch) -> Talk[Output]:
    """All that has to be found out about one output before it is encoded."""
    container = container_of(choices)
    selection = selected(info, choices)
    refuse_unfit(source, info, selection, container)
    span = span_of(source, info, choices)
    seen = yield from LOOK.does(looked(source, info, span, choices))
    loudness = yield from LOOK.does(measured(source, info, span, selection, choices))
    burn = yield from LOOK.does(burnt(source, info, span, choices, scratch))
    mark = "" if number == 1 else f"-{number}"
    result = scratch.path(f"result{mark}.{container.suffix}")
    return Output(
        choices=choices,
        selection=selection,
        target=scratch.path(f"encode{mark}.mp4") if _is_finished_apart(choices) else result,
        result=result,
        quality=quality_of(choices),
        pixels=pixels_of(choices, info.video) if info.video and selection.has_video else USUAL,
        span=span,
        seen=seen,
        loudness=loudness,
        burn=burn,
        hardware=hardware_for(choices, scratch.machine) if selection.has_video else None,
    )


def _verified(source: Source, info: MediaInfo, made: Output, wrote: Wrote) -> Talk[Artifact]:
    passed = yield from checked(source, info, made, wrote)
    found = yield from damage(source, info, made, wrote.outcome, passed)
    return Artifact(
        path=os.fsencode(made.result),
        name=os.fsencode(f"{source.stem}.{made.container.suffix}"),
        measures=_measures(passed),
        warnings=(*made.foretold, *wrote.warnings, *made.selection.left_out, *passed.left_out, *found),
    )


def _measures(passed: Checked) -> dict[str, float | int]:
    frames = {"frames": passed.here[0].packets} if passed.selection.has_video else {}
    return {"duration_s": round(passed.length_s, 3), **frames}


def _outputs_of(options: ConvertOptions) -> tuple[OutputChoices, ...]:
    """The choices of each output: the options themselves, then those of further ones, which stand on their own."""
    return (settled(options), *(settled(decode_options(ConvertOptions, each)) for each in options.also))


def _looks(info: MediaInfo | None, choices: OutputChoices) -> bool:
    return looks(info, choices)


def _encodes(choices: OutputChoices) -> bool:
    return choices.video not in ("copy", "none") or choices.audio not in ("copy", "none")


def _is_finished_apart(choices: OutputChoices) -> bool:
    return container_of(choices).is_fragmented_first and _encodes(choices)
