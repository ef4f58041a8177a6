"""An event while it is being planned: what was chosen so far, read from the fields of a page."""

from __future__ import annotations

from collections.abc import Container
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from survey.desk import communities
from survey.desk.calendar import is_rule, next_nights
from survey.desk.event_plan import ENDS, NAME, STARTS, EventPlan, PlannedPoster, check_agencies
from survey.desk.limits import tidy
from survey.desk.planning import MOST_PEOPLES_ZONE
from survey.pages.desk.offered import END_TIMES, START_TIMES, Hanging, hangings, hours_told
from survey.questionnaire.instrument import EVENT, Content
from survey.questionnaire.states import State
from survey.questionnaire.words import Language
from survey.storage import db
from survey.storage.events import Refused
from survey.storage.models import Agency, Community, Event, Poster

STEPS = ("place", "day", "agencies", "languages", "posters", "check")
# how the names of each step's own fields begin
FIELDS: dict[str, tuple[str, ...]] = {
    "place": ("place", "town", "county", "state"),
    "day": ("day", "other", "starts", "ends", "zone"),
    "agencies": ("agency", "called_", "host"),
    "languages": ("language",),
    "posters": ("poster", "own_poster"),
    "check": (),
}
USUAL_AGENCIES = ("police", "fire")
USUAL_LANGUAGES = ("en", "es")


class Draft:
    """What was chosen of one new event. Raises Refused where it cannot be."""

    def __init__(
        self,
        fields: MultiDict[str, str],
        words: Language,
        content: Content,
        moment: datetime,
        home: Community | None,
    ) -> None:
        self.fields, self.words, self.content = fields, words, content
        self.moment, self.home = moment, home

    # Place

    @property
    def place(self) -> str:
        return self.home.name if self.home else " ".join(self.fields.get("town", "").split())

    @property
    def county(self) -> str:
        return self.home.county if self.home else " ".join(self.fields.get("county", "").split())

    @property
    def state(self) -> str:
        return self.home.state if self.home else self.fields.get("state", "")

    @property
    def in_state(self) -> State | None:
        return self.content.states.get(self.state)

    def check_place(self) -> None:
        if self.home is None:
            if self.in_state is None:
                tidy(self.fields.get("town", ""), Community.name, "The name", "town")
                raise Refused("Choose the state.", "state", "state")
            communities.new_community(
                db.session(), self.content, name=self.place, county=self.county, state=self.state
            )

    # Day

    @property
    def zones(self) -> list[str]:
        """Return the time zones there may be: that of an earlier event first, then the state's."""
        own = [self.last.time_zone] if self.last else []
        return list(dict.fromkeys([*own, *(self.in_state.zones if self.in_state else ())]))

    @property
    def zone(self) -> str:
        return self.fields.get("zone") or (self.zones[0] if self.zones else MOST_PEOPLES_ZONE)

    @property
    def last(self) -> Event | None:
        held = self.home.events if self.home else []
        return max(held, key=lambda event: event.starts_at, default=None)

    @property
    def today(self) -> date:
        zone = self.zones[0] if self.zones else MOST_PEOPLES_ZONE
        return self.moment.astimezone(ZoneInfo(zone)).date()

    @property
    def nights(self) -> list[date]:
        """Return the days that are offered: the state's usual night first."""
        return next_nights(self.today, october=bool(self.in_state and self.in_state.october))

    @property
    def day(self) -> date:
        chosen = self.fields.get("day", "")
        if chosen == "other":
            chosen = self.fields.get("other", "")
        try:
            return date.fromisoformat(chosen)
        except ValueError:
            raise Refused("Choose the day.", "day", "day") from None

    @property
    def chosen_day(self) -> str:
        """Return the option that is ticked: a night that is offered, or "other"."""
        chosen = self.fields.get("day") or self.nights[0].isoformat()
        return chosen if chosen in {one.isoformat() for one in self.nights} else "other"

    @property
    def other_day(self) -> str:
        return self.fields.get("other") or (
            self.fields.get("day", "") if self.chosen_day == "other" else ""
        )

    def time_of(self, name: str, usual: time) -> time:
        try:
            return time.fromisoformat(self.fields.get(name, "") or f"{usual:%H:%M}")
        except ValueError:
            raise Refused("Choose the hours.", "hours", name) from None

    @property
    def starts(self) -> time:
        return self.time_of("starts", STARTS)

    @property
    def ends(self) -> time:
        return self.time_of("ends", ENDS)

    @property
    def past_midnight(self) -> bool:
        return self.ends <= self.starts

    def check_day(self) -> None:
        if self.day < self.today:
            day = self.words.day(self.day)
            raise Refused(f"{self.day} is over.", "day_over", "day", day=day)
        if self.day > self.today + timedelta(days=730):
            raise Refused(f"{self.day} is too far away.", "day_far", "day")
        if self.past_midnight and self.ends > time(12):
            raise Refused("The end comes before the start.", "ends_before", "ends")
        if self.zone not in (self.zones or [MOST_PEOPLES_ZONE]):
            raise Refused("Choose the time zone.", "zone", "zone")

    def is_rule(self, day: date) -> bool:
        return is_rule(day)

    # Agencies

    def ticked(self, kind: str) -> bool:
        if "agency" in self.fields:
            return kind in self.fields.getlist("agency")
        return kind in USUAL_AGENCIES

    def called(self, kind: str) -> str:
        """Return an agency's name as it was typed, else the likely one."""
        likely = self.content.agencies[kind].likely.format(place=self.place, county=self.county)
        return self.fields.get(f"called_{kind}", likely)

    @property
    def agencies(self) -> dict[str, str]:
        if self.home:
            return {one.kind: one.name for one in self.home.agencies}
        kinds = [kind for kind in self.content.agencies if self.ticked(kind)]
        return {kind: self.called(kind) for kind in kinds}

    @property
    def host(self) -> str:
        """Return who runs the survey: "" for the police, a kind of agency, or a name."""
        chosen = self.fields.get("host", "")
        return self.fields.get("host_name", "") if chosen == "else" else chosen

    @property
    def host_told(self) -> str:
        named = self.agencies.get(self.host, self.host)
        laws = [kind for kind in self.agencies if self.content.agencies[kind].law]
        return named or self.agencies[laws[0]]

    def check_agencies(self) -> None:
        if self.home is None:
            check_agencies(self.content, self.agencies)
            for kind, name in self.agencies.items():
                tidy(name, Agency.name, "The agency's name", f"called_{kind}")
        if self.fields.get("host") == "else":
            tidy(self.host, Event.host, "The host's name", "host_name")
        elif self.host in self.content.agencies and self.host not in self.agencies:
            raise Refused("That agency is not ticked.", "host", "host")

    # Languages

    @property
    def languages(self) -> list[str]:
        if "language" in self.fields:
            return [code for code in self.content.languages if code in self.chosen_languages]
        return list(USUAL_LANGUAGES)

    @property
    def chosen_languages(self) -> list[str]:
        return self.fields.getlist("language")

    @property
    def offered(self) -> list[Language]:
        return [one for one in self.content.languages.values() if one.offered]

    def check_languages(self) -> None:
        if not self.languages or not {*self.languages} <= {one.code for one in self.offered}:
            raise Refused("Choose a language.", "language", "languages")

    # Posters

    @property
    def hangings(self) -> list[Hanging]:
        chosen = self.fields.getlist("poster") if "poster" in self.fields else None
        return list(hangings(self.words, chosen))

    @property
    def posters(self) -> tuple[PlannedPoster, ...]:
        chosen = [one.value for one in self.hangings if one.ticked]
        if own := self.fields.get("own_poster", "").strip():
            chosen.append(f"{EVENT}:{own}")
        parts = (value.partition(":") for value in chosen)
        return tuple(PlannedPoster(channel, wave) for wave, _, channel in parts)

    def check_posters(self) -> None:
        if not self.posters:
            raise Refused("An event has a poster at least.", "no_poster", "posters")
        for one in self.posters:
            tidy(one.channel, Poster.channel, "The poster's place", "own_poster")

    # All of it

    def check(self, step: str) -> None:
        """Raise Refused where what was chosen at this step will not do."""
        checks = {
            "place": self.check_place,
            "day": self.check_day,
            "agencies": self.check_agencies,
            "languages": self.check_languages,
            "posters": self.check_posters,
        }
        checks[step]()

    def asks(self, step: str) -> bool:
        """Whether this event needs to be asked: a known place has its agencies."""
        return step != "agencies" or self.home is None

    def after(self, step: str) -> str:
        following = STEPS[min(STEPS.index(step) + 1, len(STEPS) - 1)]
        return following if self.asks(following) else self.after(following)

    def step_of(self, refused: Refused) -> str:
        """Return the step at which a refusal can be mended."""
        fits = (step for step in STEPS if refused.field.startswith(FIELDS[step] or (step,)))
        return next(fits, "day" if refused.why == "repeat" else "check")

    def plan(self) -> EventPlan:
        return EventPlan(
            day=self.day,
            time_zone=self.zone,
            starts=self.starts,
            ends=self.ends,
            name=self.fields.get("name") or NAME,
            languages=tuple(self.languages),
            host=self.host,
            posters=self.posters,
            place=self.place,
            county=self.county,
            state=self.state,
            agencies=self.agencies if self.home is None else {},
        )

    def facts(self) -> list[tuple[str, str, str]]:
        """Return (what, the step that asks for it, as it was chosen) for a last look at it."""
        own = "" if self.home else "place"
        agencies = "" if self.home else "agencies"
        return [
            ("place", own, f"{self.place}, {self.state}"),
            ("day", "day", self.words.day(self.day)),
            ("hours", "day", hours_told(self.words, self.starts, self.ends, self.zone)),
            ("agencies", agencies, self.words.listed(self.agencies.values())),
            ("host", agencies, self.host_told),
            ("languages", "languages", self.names_of(self.languages)),
            ("posters", "posters", self.words.listed(one.channel for one in self.posters)),
        ]

    def names_of(self, codes: Container[str]) -> str:
        return self.words.listed(one.name for one in self.offered if one.code in codes)

    def start_times(self) -> list[time]:
        return START_TIMES

    def end_times(self) -> list[time]:
        return END_TIMES
