"""What the tests of governance share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def lake(settings: Any, tmp_path: Path) -> Path:
    """A folder of this test that also holds its lake and its checkpoints."""
    settings.LAKE_ROOT = tmp_path / "lake"
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"
    return tmp_path
