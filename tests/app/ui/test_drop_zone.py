from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtWidgets import QApplication

from app.ui.drop_zone import paths_of, uri_list
from tests.app.ui.conftest import Play
from tests.app.ui.scene import Scene, drag_enter, drop, until

NO_KEY = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.mark.parametrize("keys", [NO_KEY, SHIFT, CONTROL, SHIFT | CONTROL])
def test_a_drop_is_always_answered_with_copy(stage: Play, tmp_path: Path, keys: Qt.KeyboardModifier) -> None:
    clip = tmp_path / "a.mp4"
    clip.write_bytes(b"x")

    async def story(scene: Scene) -> None:
        event = drop(scene.frame, [clip], modifiers=keys)
        assert event.isAccepted()
        assert event.dropAction() is Qt.DropAction.CopyAction
        await scene.has_rows(1)
        assert clip.exists()

    stage(story)


def test_a_drop_on_a_tile_takes_that_preset(stage: Play, tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"x")

    async def story(scene: Scene) -> None:
        overlay = scene.frame.drops.overlay
        overlay.fit()
        choice, box = overlay._tiles()[0]
        drop(scene.frame, [tmp_path / "a.mp4"], at=box.center())
        await scene.has_rows(1)
        assert scene.window.jobs.row_at(scene.window.jobs.index(0, 0)).job.flow.steps[0].preset == choice.preset
        assert scene.window.picker.choice == choice

    stage(story)


def test_the_overlay_comes_and_goes_with_the_drag(stage: Play, tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        drop(scene.frame, [tmp_path / "a.mp4"], lets_go=False)
        assert not scene.frame.drops.overlay.isVisible()
        assert scene.window.jobs.rowCount() == 0

    stage(story)


def test_what_is_neither_file_nor_text_is_refused(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        mime = QMimeData()
        mime.setData("application/x-colour", b"blue")
        event = drag_enter(scene.frame.rect().center(), mime, NO_KEY)
        QApplication.sendEvent(scene.frame, event)
        assert not event.isAccepted()

    stage(story)


def test_a_link_is_skipped_with_a_reason(stage: Play) -> None:
    async def story(scene: Scene) -> None:
        drop(scene.frame, ["https://example.com/a.mp4"])
        await until(lambda: scene.frame.toast.said == "1 of 1 item was skipped", "the toast")

    stage(story)


@pytest.mark.skipif(os.name == "nt", reason="names are not bytes there")
@pytest.mark.parametrize(
    ("line", "path"),
    [
        (b"file:///media/a%20b.mp4", b"/media/a b.mp4"),
        (b"file:///media/caf%C3%A9.mp4", "/media/café.mp4".encode()),
        (b"file:///media/%FF%FE.mp4", b"/media/\xff\xfe.mp4"),
        (b"file:///media/line%0Abreak%25d.mp4", b"/media/line\nbreak%d.mp4"),
        (b"file://localhost/media/a.mp4", b"/media/a.mp4"),
        (b"file:/media/a.mp4", b"/media/a.mp4"),
        (b"/media/plain.mp4", b"/media/plain.mp4"),
    ],
)
def test_addresses_are_paths_byte_for_byte(line: bytes, path: bytes) -> None:
    assert paths_of(b"# a comment\r\n" + line + b"\r\n\r\n") == ([path], 0)


def test_other_addresses_are_counted() -> None:
    assert paths_of(b"https://example.com/a\r\nfile:///a.mp4\r\nmagnet:?x") == ([b"/a.mp4"], 2)


def test_the_addresses_are_taken_as_they_came() -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/a b.mp4")])
    assert uri_list(mime).strip() == b"file:///a%20b.mp4"
    text = QMimeData()
    text.setText("/plain.mp4")
    assert uri_list(text) == b"/plain.mp4"
