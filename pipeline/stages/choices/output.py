"""What can be chosen about the file itself: its name, when it is not wanted after all, and what is made besides."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pipeline.model.option import option, within
from pipeline.stages.choices.besides import BesidesChoices


class OutputChoices(BesidesChoices, frozen=True):
    """Name, rules, report and further outputs. The last group: it has all choices."""

    group: ClassVar[str] = "Output"

    name: Annotated[
        str,
        option(
            "Name", "The result's name; {stem}, {codec}, {width}, {height} and {date} (the source's) are filled in."
        ),
    ] = "{stem}"
    report: Annotated[
        bool, option("Write a report", "Puts a file beside the result that says how it was made and what was measured.")
    ] = False
    min_saving: Annotated[
        Annotated[float, within(0, 99)] | None,
        option("Keep only if smaller by", "Otherwise it is skipped; 0 is smaller at all, empty keeps any result.",
               unit="%"),
    ] = None  # fmt: skip
    skip_codecs: Annotated[
        str, option("Skip these codecs", "Skips sources whose pictures, or sound alone, are in one of them: hevc,av1.")
    ] = ""
    skip_below_kbps: Annotated[
        int, option("Skip below bit rate", "Skips sources with less than this in all; 0 skips none.", ge=0, unit="kb/s")
    ] = 0
    skip_below_mb: Annotated[
        float, option("Skip below size", "Skips sources smaller than this; 0 skips none.", ge=0, unit="MB")
    ] = 0.0
    skip_below_height: Annotated[
        int, option("Skip below height", "Skips pictures whose shorter side is less; 0 skips none.", ge=0, unit="px")
    ] = 0
    only_names: Annotated[
        str, option("Only these names", "Takes only sources named so, as *.mov;A?1*; empty takes all.")
    ] = ""
    skip_names: Annotated[str, option("Skip these names", "Skips sources named so, as *-proxy.*;._*.")] = ""
    only_folders: Annotated[
        str, option("Only these folders", "Takes only sources in folders named so, as DCIM;2026-*; empty takes all.")
    ] = ""
    skip_folders: Annotated[
        str, option("Skip these folders", "Skips sources in folders named so, as extras;trailers.")
    ] = ""
    also: Annotated[
        tuple[dict[str, Any], ...],
        option("Further outputs", "Options of more files that are made in the same decode; a preset names them.",
               expert=True),
    ] = ()  # fmt: skip
