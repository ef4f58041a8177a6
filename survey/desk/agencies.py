"""The agencies that meet a community."""

from __future__ import annotations

from sqlalchemy.orm import Session

from survey.desk.answered import refuse_answered
from survey.desk.limits import tidy
from survey.questionnaire.instrument import Content
from survey.storage.events import Refused
from survey.storage.models import Agency, Community


def add_agency(
    session: Session, content: Content, community: Community, *, kind: str, name: str
) -> Agency:
    """Make an agency. The first police or sheriff is the one the police questions are about."""
    name = tidy(name, Agency.name, "The agency's name", f"called_{kind}")
    kind = tidy(kind, Agency.kind, "The kind of agency")
    if kind not in content.agencies:
        kinds = ", ".join(content.agencies)
        raise Refused(f"{kind!r} is no kind of agency: {kinds}.", "agency_kind", "agencies")
    for agency in community.agencies:
        if agency.kind == kind:
            raise Refused(
                f"{community.slug} has its {kind} already: {agency.name}. "
                f"Another name: flask agency rename {community.slug} {kind} ...",
                "agency_there",
                "agencies",
                name=agency.name,
            )
    has_local = any(agency.local for agency in community.agencies)
    local = content.agencies[kind].law and not has_local
    agency = Agency(kind=kind, name=name, local=local)
    community.agencies.append(agency)
    session.flush()
    return agency


def rename(agency: Agency, name: str) -> None:
    """Give an agency another name, also where attendees read that it runs the survey."""
    name = tidy(name, Agency.name, "The agency's name", f"called_{agency.kind}")
    for event in agency.community.events:
        if event.host == agency.name:
            event.host = name
    agency.name = name


def remove(session: Session, agency: Agency) -> None:
    """Remove an agency that no answer is about yet. Raises Refused."""
    community = agency.community
    refuse_answered(session, community.events, f"{agency.kind} of {community.slug}")
    if agency.local and community.events:
        raise Refused(
            f"The police questions of {community.slug} are about its {agency.kind}: "
            "remove its events first.",
            "no_law",
        )
    community.agencies.remove(agency)
    session.delete(agency)
    session.flush()
