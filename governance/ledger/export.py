"""The whole record as one file, in a form `offline.py` can check without us."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from governance.ledger import checkpoints, keys
from governance.ledger.models import Head
from governance.ledger.offline import COLUMNS
from governance.ledger.verify import rows
from otdr_hub.lib.outcome import ConflictError

FORMAT: Final = 1


def write(file: Path) -> tuple[int, int]:
    """Write entries, checkpoints and public key; (entries, checkpoints) written.

    What has no checkpoint yet is signed first. Raises ConflictError when a file of that name is there.
    """
    checkpoints.keep_up()
    signed = checkpoints.read(checkpoints.folder() / checkpoints.FILE)
    try:
        with transaction.atomic(), file.open("x", encoding="utf-8") as out:
            # Entries committed since are left to the next export. One that was signed and is gone is not
            # passed over: its checkpoint is written, and whoever checks the file will miss it.
            last = min(Head.objects.get(pk=1).seq, len(signed))
            head = {"kind": "ledger", "format": FORMAT, "public_key": keys.signer().public.hex()}
            out.write(_line(head | {"entries": last}))
            for row in itertools.islice(rows(), last):
                out.write(_line({"kind": "entry", **dict(zip(COLUMNS, row, strict=True))}))
            for item in signed:
                out.write(_line({"kind": "checkpoint", **item}))
    except FileExistsError:
        raise ConflictError(_("%(file)s is there already; name another file.") % {"file": file}) from None
    except OSError as error:
        raise ConflictError(
            _("%(file)s cannot be written (%(strerror)s).") % {"file": file, "strerror": error.strerror}
        ) from None
    return last, len(signed)


def write_verifier(file: Path) -> None:
    """Write the offline verifier as one file that needs no other. Raises ConflictError as `write` does."""
    here = Path(__file__).parent
    text = here.joinpath("offline.py").read_text("utf-8")
    arithmetic = here.joinpath("ed25519.py").read_text("utf-8").partition("\n_P:")
    signed = here.joinpath("signed.py").read_text("utf-8").partition("\nPUT_BACK:")
    before, _between, rest = text.partition("try:\n    from governance.ledger.ed25519")
    after = rest.partition("\n\n")[2].partition("@dataclass")
    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(f"{before}{after[0]}{_body(arithmetic)}{_body(signed)}{''.join(after[1:])}")
    except FileExistsError:
        raise ConflictError(_("%(file)s is there already; name another file.") % {"file": file}) from None
    except OSError as error:
        raise ConflictError(
            _("%(file)s cannot be written (%(strerror)s).") % {"file": file, "strerror": error.strerror}
        ) from None


def _body(parts: tuple[str, str, str]) -> str:
    """A module from its first constant on."""
    return f"{''.join(parts[1:]).strip()}\n\n\n"


def _line(item: dict[str, Any]) -> str:
    return json.dumps(item, ensure_ascii=False) + "\n"
