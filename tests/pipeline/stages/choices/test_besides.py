"""Choices about what goes with pictures and sound: all of it is kept unless somebody says otherwise."""

from __future__ import annotations

from pipeline.stages.choices.besides import BesidesChoices


def test_by_default_everything_is_kept() -> None:
    usual = BesidesChoices()
    assert usual.subtitles == "keep"
    assert all((usual.external_subtitles, usual.metadata, usual.chapters, usual.covers, usual.attachments, usual.dates))
