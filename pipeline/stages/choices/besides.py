"""What can be chosen about what goes with pictures and sound: subtitles, chapters, covers, tags, dates."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pipeline.model.option import option
from pipeline.stages.choices.sound import SoundChoices


class BesidesChoices(SoundChoices, frozen=True):
    """Subtitles and tags."""

    group: ClassVar[str] = "Subtitles and tags"

    subtitles: Annotated[
        Literal["keep", "convert", "burn", "none"],
        option(
            "Subtitles",
            "Keep them as they are where the container can hold them, convert them to plain text, burn one into the "
            "picture, or leave them out.",
            choices={"keep": "Keep", "convert": "Convert to plain text", "burn": "Burn in", "none": "None"},
        ),
    ] = "keep"
    subtitle_languages: Annotated[
        str,
        option("Subtitle languages", "Keeps only these, in this order, as eng,deu; the first of them is burnt."),
    ] = ""
    external_subtitles: Annotated[
        bool, option("Files beside it", "Takes subtitle files in that lie beside the source and share its name.")
    ] = True
    metadata: Annotated[bool, option("Keep tags", "Title, artist, place and what else the source says.")] = True
    chapters: Annotated[bool, option("Keep chapters", "Where the container can hold them.")] = True
    covers: Annotated[bool, option("Keep covers", "The picture that comes with the source.")] = True
    attachments: Annotated[bool, option("Keep attachments", "Fonts and other files in an MKV stay in an MKV.")] = True
    dates: Annotated[bool, option("Keep file dates", "The result's file gets the date of the source's file.")] = True
