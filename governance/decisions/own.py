"""The gates governance knows itself: decided, signed, signable, not switched off, a definition in effect."""

from __future__ import annotations

from typing import Final

from governance.access.models import User
from governance.access.policy import DEPARTMENTS
from governance.decisions.gates import Gate, State, ok, register
from governance.killswitch.models import GLOBAL
from governance.killswitch.selectors import in_effect
from governance.launch.models import Launch
from governance.launch.selectors import plan_of
from governance.markets.selectors import names as market_names
from governance.scope.models import ScopeDecision
from governance.scope.selectors import in_force
from governance.scope.services import ACT as SCOPE
from governance.scope.states import ScopeState
from governance.signoffs import acts
from governance.signoffs.selectors import answers, missing_roles
from governance.signoffs.selectors import in_force as required_in_force
from governance.versions.models import MetricVersion
from governance.versions.selectors import ACT as VERSION
from governance.versions.selectors import effective_on
from governance.versions.states import VersionState
from otdr_hub.lib import clock

_SCOPE_PAGE: Final = "/scope/"


def names_of(codes: tuple[str, ...]) -> dict[str, str]:
    """Market code -> its name, in the order given."""
    found = market_names(codes)
    return {code: found.get(code, code) for code in codes}


def _version() -> MetricVersion | None:
    """The definition publications mean today."""
    return effective_on(clock.now().date())


def _next_version() -> MetricVersion | None:
    """The definition that will take over, where one is scheduled."""
    later = MetricVersion.objects.filter(state=VersionState.EFFECTIVE, effective_from__gt=clock.now().date())
    return later.order_by("effective_from").first()


def _decisions(launch: Launch) -> dict[str, ScopeDecision | None]:
    """Priority market -> its decision for the definition in effect, if there is one."""
    version = _version()
    found = {code: in_force(code) for code in plan_of(launch).codes}
    return {
        code: one if one is not None and version is not None and one.version_id == version.digest else None
        for code, one in found.items()
    }


def _markets(launch: Launch) -> Gate:
    found = _decisions(launch)
    names = names_of(tuple(found))
    absent = [code for code, decision in found.items() if decision is None]
    if not absent:
        return ok(f"Each of the {len(found)} priority markets is decided.", _SCOPE_PAGE)
    return Gate(
        State.OPEN,
        f"Not each of the {len(found)} priority markets is decided for the definition in effect.",
        tuple(f"{names[code]}: not decided" for code in absent),
        _SCOPE_PAGE,
        tuple(absent),
    )


def _signatures(launch: Launch) -> Gate:
    asked = {
        code: one for code, one in _decisions(launch).items()
        if one is not None and one.state != ScopeState.EXCLUDED
    }  # fmt: skip
    if not asked:
        return Gate(State.OPEN, "No priority market is up for signature yet.", (), _SCOPE_PAGE)
    names = names_of(tuple(asked))
    missing = {code: missing_roles(SCOPE, one.digest) for code, one in asked.items()}
    lines = tuple(f"{names[code]}: {', '.join(roles)}" for code, roles in missing.items() if roles)
    if not lines:
        return ok("Everything asked of the departments is signed.", _SCOPE_PAGE)
    about = tuple(f"{code} {role}" for code, roles in missing.items() for role in roles)
    digests = [asked[code].digest for code, roles in missing.items() if roles]
    if answers(digests).filter(verdict="reject").exists():
        return Gate(State.BLOCKED, "A department has rejected what it was asked.", lines, _SCOPE_PAGE, about)
    return Gate(State.OPEN, "Signatures are missing.", lines, _SCOPE_PAGE, about)


def _holders() -> dict[str, set[int]]:
    """Role -> ids of the persons who hold it and can sign."""
    able = User.objects.filter(is_active=True, is_system=False, groups__name__in=DEPARTMENTS)
    found: dict[str, set[int]] = {role: set() for role in DEPARTMENTS}
    for role, person in able.values_list("groups__name", "pk"):
        found[role].add(person)
    return found


def _requirements(launch: Launch) -> Gate:
    """Enough persons hold each role asked for, counting out those who may not sign their own."""
    lines, about, holders = [], [], _holders()
    if not required_in_force(VERSION, "*"):
        lines.append("Definitions: no signature is required, so none can be approved.")
        about.append(VERSION)
    for code, decision in _decisions(launch).items():
        wanted = required_in_force(SCOPE, code)
        barred = acts.authors(SCOPE, decision.digest) if decision else set()
        if not wanted:
            lines.append(f"{code}: no signature is required, so it cannot be certified.")
            about.append(code)
        for role, count in wanted.items():
            able = len(holders.get(role, set()) - barred)
            if able < count:
                lines.append(f"{code}: {count} of {role} must sign, {able} can.")
                about.append(f"{code} {role}")
    if lines:
        sentence = "Signatures are required that nobody can give."
        return Gate(State.BLOCKED, sentence, tuple(lines), about=tuple(about))
    return ok("Enough persons can give every signature required.")


def _switch(launch: Launch) -> Gate:
    codes = plan_of(launch).codes
    names, found = names_of(codes), in_effect(codes)
    lines = tuple(
        f"{'Everything' if item.market == GLOBAL else names[item.market]}: switched off since"
        f" {item.at:%d %b %Y, %H:%M} UTC, {item.get_category_display()}"
        for item in found
    )
    if lines:
        about = tuple(str(item.pk) for item in found)
        return Gate(State.BLOCKED, "Something is switched off.", lines, "/kill-switch/", about)
    return ok("No priority market is switched off.", "/kill-switch/")


def _definition(launch: Launch) -> Gate:
    version, later = _version(), _next_version()
    begins = later.effective_from if later else None
    if later is not None and begins is not None and (version is None or begins <= plan_of(launch).review_on):
        why = f"{later.name} takes effect only on {begins:%d %b %Y}."
        if version is not None:
            why += f" Until then {version.name} counts, and what is decided for it ends with it."
        return Gate(State.OPEN, why, (), "/versions/", (later.name,))
    if version is None:
        return Gate(State.BLOCKED, "No definition is in effect.", (), "/versions/")
    return ok(f"{version.name} is in effect since {version.effective_from:%d %b %Y}.", "/versions/")


register("definition", "Definition in effect", _definition, place=10)
register("markets", "Markets decided", _markets, place=20)
register("requirements", "Signatures possible", _requirements, place=30)
register("signatures", "Signatures given", _signatures, place=40)
register("switch", "Nothing switched off", _switch, place=90)
