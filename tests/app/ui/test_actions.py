from __future__ import annotations

import itertools

import pytest
from PySide6.QtGui import QKeySequence

import resources
from app.ui.actions import ACTIONS, KEYS, JobAction, by_key, fitting
from pipeline.model.job import Artifact
from pipeline.model.state import State
from tests.app.models.rows import job

KINDS = [job(state=state) for state in State]
KINDS += [job(held_by="person"), job(held_by="crash")]
KINDS.append(job(state=State.COMPLETED, artifacts=(Artifact(b"/out/a.mp4"),)))


@pytest.mark.parametrize("action", [*ACTIONS, *KEYS], ids=lambda action: action.id)
def test_every_action_has_words_an_icon_a_real_key_and_a_job_it_fits(action: JobAction) -> None:
    assert action.text and action.text[0].isupper()
    assert resources.path(f"icons/{action.icon}.svg").is_file() or action in KEYS
    if action.shortcut:
        portable = QKeySequence(action.shortcut).toString(QKeySequence.SequenceFormat.PortableText)
        assert portable == action.shortcut
    assert any(action.fits(each) for each in KINDS)


def test_ids_and_texts_are_unique() -> None:
    assert len({action.id for action in ACTIONS}) == len({action.text for action in ACTIONS}) == len(ACTIONS)


def test_a_key_means_one_thing_for_any_one_job() -> None:
    for one, other in itertools.combinations([*ACTIONS, *KEYS], 2):
        if one.shortcut and one.shortcut == other.shortcut:
            assert not [each for each in KINDS if one.fits(each) and other.fits(each)], (one.id, other.id)


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        (State.PENDING, {"start", "hold", "first", "last", "remove"}),
        (State.RUNNING, {"pause", "cancel", "log"}),
        (State.PAUSING, {"resume", "cancel", "log"}),
        (State.PAUSED, {"resume", "cancel", "log"}),
        (State.COMPLETING, {"cancel", "log"}),
        (State.CANCELING, {"log"}),
        (State.COMPLETED, {"log", "remove"}),
        (State.FAILED, {"problem", "retry", "log", "remove"}),
        (State.CANCELED, {"retry", "log", "remove"}),
        (State.SKIPPED, {"retry", "log", "remove"}),
    ],
)
def test_each_state_offers_what_can_be_done_in_it(state: State, offered: set[str]) -> None:
    always = {"live", "show_source", "copy_source"}
    assert {action.id for action, _ in fitting([job(state=state)])} == offered | always


def test_of_several_jobs_each_action_takes_those_it_fits() -> None:
    running, paused = job(state=State.RUNNING), job(state=State.PAUSED)
    found = {action.id: jobs for action, jobs in fitting([running, paused])}
    assert found["pause"] == [running]
    assert found["cancel"] == [running, paused]
    assert "live" not in found


def test_a_key_without_a_job_it_fits_does_nothing() -> None:
    assert by_key("Space", [job(state=State.FAILED)]) is None
    assert by_key("F7", [job()]) is None
