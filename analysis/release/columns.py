"""The released tables, column by column: name, type, meaning.

The codebook of every download, the checksummed text and the stored rows are all made of these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    name: str
    kind: str  # "int", "str" or "float"
    meaning: str
    key: bool = False  # identifies the row


FIGURES = (
    Field("season", "int", "calendar year of the events", key=True),
    Field("state", "str", "state code", key=True),
    Field("county", "str", "county id", key=True),
    Field("community", "str", "slug; empty: the whole county; other: the pool", key=True),
    Field("members", "str", "communities that are shown together only, joined by bars"),
    Field("cut", "str", "total, or what the groups are made by", key=True),
    Field("group", "str", "group id; empty for total; other: the pool of groups", key=True),
    Field("groups", "str", "groups in the pool, joined by bars"),
    Field("panel", "str", "measures of one panel share one partition"),
    Field("measure", "str", "measure id", key=True),
    Field("agency", "str", "agency kind, empty when about the event", key=True),
    Field("unit", "str", "share (values 0..1) or score (values 0..100)"),
    Field("wording", "str", "wording version; figures compare only within one"),
    Field("events", "int", "events in this place and season"),
    Field("band", "str", "how coarsely it is shown: thirds, or steps of 10, 5, 2, 1 points"),
    Field("n", "str", "answers, as shown: 11–29, or down to a multiple of 5"),
    Field("n_low", "int", "least number of answers that n stands for"),
    Field("head_count", "int", "people at these events, as organisers counted; 0: not counted"),
    Field("participation", "float", "n_low / head_count, 0..1; only for cut total"),
    Field("value", "float", "share 0..1 or score 0..100: the middle of what the band allows"),
    Field("value_low", "float", "least value that the band allows"),
    Field("value_high", "float", "greatest value that the band allows"),
    Field("range_low", "float", "low end of the 95 % range, of people like those who came"),
    Field("range_high", "float", "high end of the 95 % range, of people like those who came"),
    Field("place_range_low", "float", "low end of the 95 % range of the place: other evenings too"),
    Field("place_range_high", "float", "high end of the 95 % range of the place"),
    Field("bottom", "float", "share of unfavourable answers, 0..1"),
    Field("middle", "float", "share of answers in between, 0..1"),
    Field("top", "float", "share of favourable answers, 0..1"),
    Field("dont_know", "float", "don't know, as a share of those and the valid answers, 0..1"),
    Field("per_event", "int", "most answers per event that public counts allow, as a person meets"),
    Field("n_eff", "float", "unrelated people's worth of answers behind range: n_low / 1.4"),
    Field(
        "n_eff_place",
        "float",
        "behind place_range: n_low / (icc per_event + (1 - icc) 1.4); only for cut total",
    ),
    Field("icc", "float", "correlation of answers at one event within places; empty: not settled"),
    Field("spread", "float", "standard deviation of a score over the whole programme; else empty"),
)
CHANGES = (
    Field("state", "str", "state code", key=True),
    Field("county", "str", "county id", key=True),
    Field("community", "str", "slug; empty: the whole county; other: the pool", key=True),
    Field("members", "str", "communities in the pool, joined by bars"),
    Field("measure", "str", "measure id", key=True),
    Field("agency", "str", "agency kind, empty when about the event", key=True),
    Field(
        "basis",
        "str",
        "before: from the last season that can be compared; first: from the first such season; "
        "trend: per year over all seasons that can be compared; evening: from those who arrive to "
        "those who leave, where each event asked both; pairs: of those who answered twice the "
        "share who moved up less the share who moved down",
        key=True,
    ),
    Field("season_from", "int", "earlier season; of a trend the first", key=True),
    Field("season_to", "int", "later season", key=True),
    Field("seasons", "int", "how many seasons it rests on"),
    Field(
        "change", "float", "difference of the shown values, in the measure's unit; trend: a year"
    ),
    Field("low", "float", "low end of its 95 % range, of people like those who came"),
    Field("high", "float", "high end of its 95 % range, of people like those who came"),
    Field(
        "smallest", "float", "smallest change that rung 1 would have reported in four of five cases"
    ),
    Field(
        "chance",
        "float",
        "probability that chance alone reports a change at rung 1 when nothing moved",
    ),
    Field("p_crowd", "float", "p-value of the change among people like those who came"),
    Field("place_low", "float", "low end of the 95 % range of the place's change"),
    Field("place_high", "float", "high end of the 95 % range of the place's change"),
    Field("p", "float", "p-value of the place's change; of a trend its own; empty: not tested"),
    Field("q", "float", "p adjusted within the family (Benjamini-Hochberg), rounded up"),
    Field("family", "str", "tests that are judged together: season, headline or other, basis"),
    Field("rung", "int", "0: none; 1: the people who came; 2: the place; 3: over the years"),
    Field(
        "verdict",
        "str",
        "higher, lower (rung 1); rise, fall (rung 2); rising, falling (rung 3); unclear: no clear "
        "change; few: too few answers to tell; wording: not comparable",
    ),
)
OVERALL = (
    Field("season", "int", "calendar year of the events", key=True),
    Field("state", "str", "state code; empty: the whole programme", key=True),
    Field("measure", "str", "measure id", key=True),
    Field("agency", "str", "agency kind, empty when about the event", key=True),
    Field("unit", "str", "share (values 0..1) or score (values 0..100)"),
    Field("asked", "str", "wording version of the places that are put together"),
    Field("communities", "int", "places put together: those with a number of their own"),
    Field("left_out", "int", "places left out: too few answers, shown in words, or together"),
    Field("left_out_places", "str", "their slugs, joined by bars; the first 50"),
    Field("n", "int", "answers, sum of the places' shown n"),
    Field("value", "float", "mean of the places' shown values, weighted by their shown n"),
    Field("range_low", "float", "low end of its 95 % range, of people like those who came"),
    Field("range_high", "float", "high end of its 95 % range, of people like those who came"),
    Field("season_from", "int", "the season that most places compare with; 0: none"),
    Field("compared", "int", "places with a change from that season"),
    Field("change", "float", "plain mean of their changes; empty for under 8 places"),
    Field("low", "float", "low end of its 95 % range, t over places"),
    Field("high", "float", "high end of its 95 % range, t over places"),
    Field("p", "float", "p-value of the mean change"),
    Field("verdict", "str", "higher or lower on average, unclear, or few (under 8 places)"),
    Field("rise", "int", "places with a clear rise (rung 2), each from its own earlier season"),
    Field("fall", "int", "places with a clear fall (rung 2)"),
    Field("higher", "int", "places higher among the people who came (rung 1 only)"),
    Field("lower", "int", "places lower among the people who came (rung 1 only)"),
    Field("unclear", "int", "places with no clear change"),
    Field("few", "int", "places with too few answers to tell"),
    Field("wording", "int", "places that cannot be compared: the wording changed"),
    Field("rising", "int", "places rising over the years (rung 3)"),
    Field("falling", "int", "places falling over the years (rung 3)"),
    Field("chance", "float", "places that chance alone would put at rung 1, had nothing moved"),
)
NOTES = (
    Field(
        "kind",
        "str",
        "pooled, coarsened, dropped, waits, icc, spread, index, alpha or omega; held: answers that "
        "do not count (reason waiting or left_out, panel: audience.wave); held_low and held_high: "
        "ends of the figure if those that wait counted, whatever they say",
        key=True,
    ),
    Field("reason", "str", "why", key=True),
    Field("season", "int", "calendar year of the events", key=True),
    Field("state", "str", "state code", key=True),
    Field("county", "str", "county id", key=True),
    Field("panel", "str", "panel of measures", key=True),
    Field("cut", "str", "total, or what the groups are made by", key=True),
    Field("community", "str", "slug; empty: the whole county", key=True),
    Field("measure", "str", "measure id", key=True),
    Field("agency", "str", "agency kind", key=True),
    Field("members", "str", "what was pooled, joined by bars"),
    Field(
        "value",
        "float",
        "icc: correlation of answers at one event; spread: of a score; alpha, omega; held: "
        "answers, rounded up to a multiple of 5; held_low, held_high: in the measure's unit",
    ),
)
TABLES: Mapping[str, tuple[Field, ...]] = {
    "figures": FIGURES, "changes": CHANGES, "overall": OVERALL, "notes": NOTES
}  # fmt: skip
