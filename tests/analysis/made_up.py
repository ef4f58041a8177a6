"""Made-up towns for the tests: a frame as the loaders make it, with other towns always present."""

import numpy as np
import pandas as pd

from analysis.measures import Measure

AGES = ("18-34", "35-54", "55-74", "75+", "unsaid")
LANGUAGES = ("en", "es")
CUTS = ("age", "language")
WORDING = {"2025a": "1", "2026a": "1", "2026b": "2"}

TRUST = Measure(
    "trust",
    "police",
    favourable=(4, 5),
    unfavourable=(1, 2),
    panel="police",
    wording=WORDING,
    headline=True,
)
FAIR = Measure(
    "fair", "police", favourable=(4, 5), unfavourable=(1, 2), panel="police", wording=WORDING
)
INDEX = Measure(
    "index",
    "police",
    ("trust", "fair", "listen", "approach"),
    "score",
    least=3,
    panel="police",
    wording=WORDING,
)
AGAIN = Measure(
    "again", valid=(1, 2, 3), favourable=(3,), unfavourable=(1,), wording=WORDING, universal=True
)
MEASURES = (TRUST, FAIR, INDEX, AGAIN)

ALPHA = ("OH", "alpha-county", "alpha")
BETA = ("OH", "alpha-county", "beta")
GAMMA = ("OH", "alpha-county", "gamma")
SMALL = [("OH", "alpha-county", name) for name in ("xray", "yankee", "zulu")]  # for a pool
ELSEWHERE = ("NY", "delta-county", "delta")  # always there, so that a missing filter is caught


def people(place, n, *, season=2026, events=1, instrument="2026a", seed=0, trust=None, first=0):
    """n residents of one place; `trust` fixes their answers, `first` numbers their keys."""
    rng = np.random.default_rng([seed, season, n, sum(map(ord, place[2]))])
    state, county, community = place
    frame = pd.DataFrame(
        {
            "key": [f"{community}-{season}-{seed}-{first + i}" for i in range(n)],
            "season": np.full(n, season),
            "state": state,
            "county": county,
            "community": community,
            "event": [f"{community}-{season}-{i % events}" for i in range(n)],
            "instrument": instrument,
            "audience": "adult",
            "cut.age": rng.choice(AGES, n, p=[0.3, 0.35, 0.2, 0.1, 0.05]),
            "cut.language": rng.choice(LANGUAGES, n, p=[0.8, 0.2]),
        }
    )
    for item in ("trust", "fair", "listen", "approach"):
        codes = rng.choice([-3, -1, 1, 2, 3, 4, 5], n, p=[0.05, 0.05, 0.05, 0.1, 0.25, 0.3, 0.2])
        frame[f"{item}.police"] = codes.astype("int8")
    frame["again"] = rng.choice([-1, 1, 2, 3], n, p=[0.05, 0.1, 0.2, 0.65]).astype("int8")
    if trust is not None:
        frame["trust.police"] = np.resize(np.asarray(trust, dtype="int8"), n)
    return frame


def together(*frames, elsewhere=40):
    """One frame of several, with an unrelated town."""
    every = [*frames]
    for season in sorted({int(year) for frame in frames for year in frame["season"]}):
        every.append(people(ELSEWHERE, elsewhere, season=season))
    return pd.concat(every, ignore_index=True)


WORDS = {
    "title": "Trust",
    "source": "Release 1",
    "note": "Chance variation only",
    "subtitle": "Share who trust the police",
    "range": "range",
    "few": "fewer answers",
    "pool": "together",
    "before": "the year before",
    "third": "few answers",
    "untold": "few",
    "missing": "no figure",
    "low": "under a third",
    "middle": "the middle third",
    "high": "over two thirds",
    "n": "{n} answers",
    "between": "{low} to {high} %",
    "wall": "new wording",
    "empty": "nothing to show",
    "alpha": "Alpha",
    "beta": "Beta",
    "gamma": "Gamma",
    "delta": "Delta",
}
