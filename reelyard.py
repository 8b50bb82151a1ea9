#!/usr/bin/env python3
"""Starts Reelyard from a source tree: makes .venv, installs into it once, checks what Qt needs, then runs the verb.

    python3 reelyard.py                 the window
    python3 reelyard.py demo            the main job, on a clip it makes; needs no screen
    python3 reelyard.py run … -o OUT    and every other verb of the command line
    python3 reelyard.py test            all tests; further words go to pytest
    python3 reelyard.py check           what else CI checks: style, types, layers

Standard library only, and in words that Python 3.6 can read (hence the quoted annotations), so that an old one can say
that it is too old. Never installs anything outside .venv, but system packages where it is told to (--install-system).
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from typing import Any, Iterator

OLDEST = (3, 11)
ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
BIN = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin")
SUFFIX = ".exe" if os.name == "nt" else ""
PYTHON = os.path.join(BIN, "python" + SUFFIX)
STAMP = os.path.join(VENV, "reelyard.json")

EXTRAS = {"test": ("test",), "check": ("dev", "test")}
CHECKS = (("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",), ("lint-imports",))

# Debian's names of 2023; newer releases add "t64" to some of them.
QT_LIBRARIES = ("libglib2.0-0", "libgl1", "libegl1", "libxkbcommon0", "libfontconfig1", "libdbus-1-3")
X11_LIBRARIES = (
    "libxcb-cursor0", "libxcb-icccm4", "libxcb-image0", "libxcb-keysyms1", "libxcb-randr0", "libxcb-render-util0",
    "libxcb-shape0", "libxcb-xkb1", "libxkbcommon-x11-0",
)  # fmt: skip
LOADS_QT = "import PySide6.QtWidgets"
OPENS_SCREEN = "from PySide6.QtWidgets import QApplication; QApplication([])"
QT_TESTS = ("tests/app/ui", "tests/app/bridge", "tests/app/models")

# Settings of pip that lead it to its packages. uv reads none of them.
WAYS_OF_PIP = re.compile(r"\.(index-url|extra-index-url|find-links|no-index|proxy|cert|trusted-host)=")


class Stop(Exception):
    """A sentence for the person at the keyboard; the launcher ends with exit code 2."""


def main(words: "list[str]") -> int:
    """Sets up what the verb needs and runs it. Returns the exit code, where the verb does not replace this process."""
    try:
        require_python(words)
        may_install_system = "--install-system" in words or os.environ.get("CI") == "true"
        words = [word for word in words if word != "--install-system"]
        verb = words[0] if words else ""
        set_up(EXTRAS.get(verb, ()))
        if verb == "test":
            return test(words[1:], may_install_system)
        if verb == "check":
            return check()
        if opens_window(words):
            require_screen(may_install_system)
        return become([PYTHON, "-P", "-m", "app", *words])
    except Stop as stop:
        say(str(stop))
        return 2
    except KeyboardInterrupt:
        return 130


def opens_window(words: "list[str]") -> bool:
    """Whether these words ask for the window: none at all, or files to open in it."""
    return not words or os.path.exists(words[0])


def require_python(words: "list[str]") -> None:
    """Goes on in a newer Python where this one is too old.

    Raises:
        Stop: there is none.
    """
    if sys.version_info >= OLDEST:
        return
    for minor in range(19, OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        # Version switchers leave names on PATH that start nothing, so it is asked.
        if found and version_of(found) == f"3.{minor}":
            sys.exit(become([found, os.path.abspath(__file__), *words]))
    raise Stop(
        f"Reelyard needs Python {OLDEST[0]}.{OLDEST[1]} or newer, and this is {sys.version.split()[0]} "
        f"({sys.executable}). Install a newer one, then start this with it."
    )


def set_up(extras: "tuple[str, ...]") -> None:
    """Makes .venv and installs into it, unless that was done with these extras for this very pyproject.toml.

    Raises:
        Stop: it cannot be done.
    """
    if is_ready(extras):
        return
    with alone():
        if is_ready(extras):
            return
        say(f"Setting up in {VENV}; this is done once and takes about a minute.")
        began = time.monotonic()
        had = read_stamp()
        if version_of(PYTHON) != had.get("python", version_of(sys.executable)):
            make_environment()
        wanted = sorted({*extras, *had.get("extras", ())})
        install(f"{ROOT}[{','.join(wanted)}]" if wanted else ROOT)
        write_stamp({"project": project_hash(), "root": ROOT, "python": version_of(PYTHON), "extras": wanted})
        say(f"Ready after {time.monotonic() - began:.0f} s.")


def is_ready(extras: "tuple[str, ...]") -> bool:
    """Whether .venv holds what this pyproject.toml and these extras ask for, and its Python still starts."""
    had = read_stamp()
    return (
        had.get("project") == project_hash()
        and had["root"] == ROOT
        and set(extras) <= set(had["extras"])
        and had["python"] == version_of(PYTHON)
    )


def read_stamp() -> "dict[str, Any]":
    """What was installed, or nothing."""
    try:
        with open(STAMP, encoding="utf-8") as file:
            return dict(json.load(file))
    except (OSError, ValueError):
        return {}


def write_stamp(stamp: "dict[str, Any]") -> None:
    """Records what was installed; whole or not at all."""
    with open(STAMP + ".part", "w", encoding="utf-8") as file:
        json.dump(stamp, file)
    os.replace(STAMP + ".part", STAMP)


def project_hash() -> str:
    """Names the content of pyproject.toml."""
    with open(os.path.join(ROOT, "pyproject.toml"), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def version_of(python: str) -> str:
    """`3.11` for a Python that starts, an empty text otherwise: an upgrade of the system may have taken it away."""
    asked = run([python, "-I", "-S", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"])
    return asked.stdout.strip() if asked.returncode == 0 else ""


@contextlib.contextmanager
def alone() -> "Iterator[None]":
    """Lets one start at a time set up; a second one waits here, and then finds it done."""
    try:
        descriptor = os.open(VENV + ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise Stop(f"Nothing can be written to {ROOT}: {error.strerror}. Copy it to a folder of yours.") from error
    try:
        if not lock(descriptor, wait=False):
            say("Another start is setting up; waiting for it.")
            while not lock(descriptor, wait=True):
                pass
        yield
    finally:
        os.close(descriptor)


def lock(descriptor: int, wait: bool) -> bool:
    """Takes the lock on an open file; the system gives it back when the file is closed or the process ends."""
    try:
        if sys.platform == "win32":
            import msvcrt

            # LK_LOCK itself gives up after ten seconds, so the caller asks again.
            msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def make_environment() -> None:
    """Makes .venv anew; without pip in it where the system split that off (Debian's python3 without python3-venv).

    Raises:
        Stop: this Python cannot make environments.
    """
    if run([sys.executable, "-m", "venv", "--clear", VENV]).returncode == 0:
        return
    made = run([sys.executable, "-m", "venv", "--clear", "--without-pip", VENV])
    if made.returncode != 0:
        raise Stop(f"{tail(made)}\nNo environment could be made in {VENV}. {how_to_get(('python3-venv',))}")


def install(target: str) -> None:
    """Installs the source tree, editable, with what it needs; by uv where it can be had, else by pip.

    Raises:
        Stop: there is no pip, or the packages cannot be had.
    """
    pip = find_pip()
    uv = find_uv(pip)
    if uv and run([uv, "pip", "install", "-q", "--python", PYTHON, "-e", target]).returncode == 0:
        return
    done = run([*pip, "install", "-q", "-e", target])
    if done.returncode != 0:
        raise Stop(f"{tail(done)}\nThe packages could not be installed. Check the network, then start again.")


def find_pip() -> "list[str]":
    """The pip of .venv, or the one of this Python, told to work on .venv.

    Raises:
        Stop: there is none.
    """
    for pip in ([PYTHON, "-m", "pip"], [sys.executable, "-m", "pip", "--python", PYTHON]):
        if run([*pip, "--version"]).returncode == 0:
            return pip
    raise Stop(f"This Python has no pip ({sys.executable}). {how_to_get(('python3-pip',))}")


def find_uv(pip: "list[str]") -> str:
    """A uv that finds what pip would find, or an empty text."""
    if WAYS_OF_PIP.search(run([*pip, "config", "list"]).stdout):
        return ""
    found = shutil.which("uv")
    ours = os.path.join(BIN, "uv" + SUFFIX)
    if not found and run([*pip, "install", "-q", "uv"]).returncode == 0 and os.path.exists(ours):
        return ours
    return found or ""


def test(words: "list[str]", may_install_system: bool) -> int:
    """Runs pytest on all tests. Where Qt's system libraries are missing, says so and runs those that need none."""
    os.chdir(ROOT)
    pytest = [PYTHON, "-m", "pytest"]
    missing = what_is_missing(LOADS_QT, QT_LIBRARIES, may_install_system)
    if not missing:
        return become([*pytest, *words])
    note = f"Not tested: {', '.join(QT_TESTS)}. {missing} is missing. {how_to_get(QT_LIBRARIES)}"
    say(note)
    # Where Qt does not load, pytest-qt stops the whole run; and without it, its options are unknown words.
    without_qt = ["-p", "no:pytest-qt", "-o", "addopts=--strict-markers", "-W", "ignore::pytest.PytestConfigWarning"]
    left_out = ["-m", "not window", *(f"--ignore={folder}" for folder in QT_TESTS)]
    code = subprocess.call([*pytest, *without_qt, *left_out, *words])
    say(note)
    return code


def check() -> int:
    """Runs every check that is no test, and goes on after one that fails."""
    os.chdir(ROOT)
    return max([subprocess.call([os.path.join(BIN, name + SUFFIX), *words]) for name, *words in CHECKS])


def require_screen(may_install_system: bool) -> None:
    """Makes sure that a window can open. A yes is remembered until the next set-up.

    Raises:
        Stop: there is no screen, or a system library is missing.
    """
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return
    no_screen = "There is no screen here. Use “run” instead: python3 reelyard.py run --help"
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise Stop(no_screen)
    had = read_stamp()
    if had.get("screen"):
        return
    libraries = (*QT_LIBRARIES, *X11_LIBRARIES)
    missing = what_is_missing(OPENS_SCREEN, libraries, may_install_system)
    if missing == "the screen":
        raise Stop(no_screen)
    if missing:
        raise Stop(f"The window cannot open: {missing} is missing. {how_to_get(libraries)}")
    write_stamp({**had, "screen": True})


def what_is_missing(probe: str, libraries: "tuple[str, ...]", may_install: bool) -> str:
    """Tries Qt in a child, which may abort. Returns what is missing, or an empty text.

    Raises:
        Stop: it may install system packages, and cannot.
    """
    tried = run([PYTHON, "-c", probe])
    if tried.returncode == 0:
        return ""
    if "could not connect to display" in tried.stdout:
        return "the screen"
    if may_install and shutil.which("apt-get"):
        install_system(libraries)
        return what_is_missing(probe, libraries, may_install=False)
    named = re.search(r"\blib[\w.+-]+\.so[.\d]*", tried.stdout)
    return named.group() if named else "a system library of Qt"


def install_system(packages: "tuple[str, ...]") -> None:
    """Installs Debian packages.

    Raises:
        Stop: this is not root, or the packages cannot be had.
    """
    if os.geteuid() != 0:
        raise Stop(f"Only root may install system libraries. {how_to_get(packages)}")
    say("Installing the system libraries of Qt.")
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    run(["apt-get", "update", "-q"])
    done = run(["apt-get", "install", "-y", "--no-install-recommends", *map(known_name, packages)])
    if done.returncode != 0:
        raise Stop(f"{tail(done)}\nThe system libraries could not be installed.")


def how_to_get(packages: "tuple[str, ...]") -> str:
    """The command that installs packages on Debian and its kin, as a sentence."""
    prefix = "sudo " if os.name == "posix" and os.geteuid() != 0 and shutil.which("sudo") else ""
    names = " ".join(map(known_name, packages))
    return f"On Debian or Ubuntu, run: {prefix}apt-get install -y --no-install-recommends {names}"


def known_name(package: str) -> str:
    """The package's name on this system."""
    for name in (package, package + "t64"):
        if run(["apt-cache", "show", name]).stdout.startswith("Package: "):
            return name
    return package


def run(command: "list[str]") -> "subprocess.CompletedProcess[str]":
    """Runs a command quietly, its two outputs as one; exit code 127 where it cannot start."""
    quiet = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    try:
        return subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            encoding="utf-8", errors="replace", env=quiet, check=False,
        )  # fmt: skip
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, str(error), "")


def tail(done: "subprocess.CompletedProcess[str]") -> str:
    """The last lines of what a command printed."""
    return "\n".join(done.stdout.strip().splitlines()[-12:])


def become(command: "list[str]") -> int:
    """Runs a command in place of this process; on Windows, where that is not possible, waits for its exit code."""
    if os.name == "nt":
        return subprocess.call(command)
    os.execv(command[0], command)


def say(text: str) -> None:
    """Tells the person at the keyboard; never on standard output, which belongs to the verb."""
    print(f"reelyard: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
