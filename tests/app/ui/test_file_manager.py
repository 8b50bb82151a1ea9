from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QUrl

from app.ui import file_manager


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the desktop was asked to open."""
    asked: list[str] = []

    class Desktop:
        @staticmethod
        def openUrl(url: QUrl) -> bool:
            asked.append(url.toLocalFile())
            return True

    monkeypatch.setattr(file_manager, "QDesktopServices", Desktop)
    return asked


def test_files_are_selected_where_the_platform_can(
    monkeypatch: pytest.MonkeyPatch, opened: list[str], tmp_path: Path
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(file_manager, "_PLATFORM", lambda paths: not asked.append(paths))  # type: ignore[func-returns-value]
    (tmp_path / "a.mp4").touch()
    file_manager.reveal([str(tmp_path / "a.mp4"), str(tmp_path / "gone.mp4")])
    assert (asked, opened) == ([[str(tmp_path / "a.mp4")]], [])


def test_else_the_folder_is_opened_once(monkeypatch: pytest.MonkeyPatch, opened: list[str], tmp_path: Path) -> None:
    monkeypatch.setattr(file_manager, "_PLATFORM", lambda paths: False)
    (tmp_path / "a.mp4").touch()
    file_manager.reveal([str(tmp_path / "a.mp4"), str(tmp_path / "b.mp4")])
    assert opened == [str(tmp_path)]


def test_of_a_folder_that_is_gone_the_nearest_one_is_opened(opened: list[str], tmp_path: Path) -> None:
    file_manager.reveal([str(tmp_path / "gone" / "deeper" / "a.mp4")])
    assert opened == [str(tmp_path)]


def test_a_file_is_opened_by_its_own_program(opened: list[str]) -> None:
    file_manager.open_file("/out/a.mp4")
    assert opened == ["/out/a.mp4"]


def test_without_a_session_bus_no_file_manager_is_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    assert not file_manager._by_dbus([str(tmp_path)])
