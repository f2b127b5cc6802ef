"""What the house rules share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]
CODE = ("manage.py", "otdr_hub", "governance", "metrics", "tests")


def files(suffix: str, *folders: str) -> Iterator[Path]:
    """Files of the product with that ending; generated migrations and third parties' files are not ours."""
    for name in folders:
        top = PROJECT / name
        for path in sorted([top] if top.is_file() else top.rglob(f"*{suffix}")):
            if not {"migrations", "vendor", "__pycache__"} & set(path.relative_to(PROJECT).parts):
                yield path


@pytest.fixture
def lake(settings: Any, tmp_path: Path) -> Path:
    """A folder of this test that also holds its lake, its spool and its checkpoints."""
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"
    settings.LAKE_ROOT, settings.UPLOAD_SPOOL = tmp_path / "lake", tmp_path / "spool"
    return tmp_path
