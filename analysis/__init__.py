"""Porchlight's numbers: frames in, released figures out. Knows nothing of the web.

    from analysis import CHARTS, Measure, release

    made = release(frame, measures, cuts)          # the only way from answers to figures
    made.view(community="liberty", measure="trust", agency="police")

Beside the release, for a notebook on answers or on released figures: means and shares with the
ranges of people who came in events (share_range chooses the way), weights, trends, who came or
what they think, pairs, steadied communities and the funnel, reliability, the jackknife. These are
imported when they are first asked for, because scipy's distributions cost a web worker 50 MB that
it does not need.

    of = design(people["event"])                          # who came with whom
    share_range(people["trust"] >= 4, of, rho=0.05)       # value, low, high, and by which way
"""

from importlib import import_module
from typing import TYPE_CHECKING

from analysis.change import (
    benjamini_hochberg,
    changes_since_first,
    newcombe,
    season_changes,
    smallest_change,
)
from analysis.charts import CHARTS, WORDS, Chart
from analysis.codebook import codebook
from analysis.estimate import effective_n, intraclass_correlation, mean, net, share, wilson
from analysis.export import FORMATS
from analysis.frame import FrameError, check_frame
from analysis.measures import LEAST, OTHER, TOTAL, UNSAID, Measure
from analysis.nonresponse import nonresponse
from analysis.release import NothingToRelease, ReleaseRefused, release
from analysis.released import NotReleased, Released, View, stored_view

if TYPE_CHECKING:
    from analysis.consistency import reliability
    from analysis.decompose import adjusted_change, kitagawa
    from analysis.interval import mean_range, share_range
    from analysis.margins import CannotWeight, bridged, margin
    from analysis.pairs import paired
    from analysis.replicates import jackknife
    from analysis.small import funnel, steadied, steadied_shares
    from analysis.taylor import design, difference_of, korn_graubard, mean_of, means_of, t_range
    from analysis.trend import CannotCompare, slope
    from analysis.weight import post_stratify, rake, rake_and_trim, weighted_mean

_LATER = {
    "reliability": "analysis.consistency",
    "adjusted_change": "analysis.decompose",
    "kitagawa": "analysis.decompose",
    "mean_range": "analysis.interval",
    "share_range": "analysis.interval",
    "jackknife": "analysis.replicates",
    "bridged": "analysis.margins",
    "CannotWeight": "analysis.margins",
    "margin": "analysis.margins",
    "paired": "analysis.pairs",
    "funnel": "analysis.small",
    "steadied": "analysis.small",
    "steadied_shares": "analysis.small",
    "design": "analysis.taylor",
    "difference_of": "analysis.taylor",
    "korn_graubard": "analysis.taylor",
    "mean_of": "analysis.taylor",
    "means_of": "analysis.taylor",
    "t_range": "analysis.taylor",
    "CannotCompare": "analysis.trend",
    "slope": "analysis.trend",
    "post_stratify": "analysis.weight",
    "rake": "analysis.weight",
    "rake_and_trim": "analysis.weight",
    "weighted_mean": "analysis.weight",
}

__all__ = [
    "CHARTS",
    "FORMATS",
    "LEAST",
    "OTHER",
    "TOTAL",
    "UNSAID",
    "WORDS",
    "CannotCompare",
    "CannotWeight",
    "Chart",
    "FrameError",
    "Measure",
    "NotReleased",
    "NothingToRelease",
    "ReleaseRefused",
    "Released",
    "View",
    "adjusted_change",
    "benjamini_hochberg",
    "bridged",
    "changes_since_first",
    "check_frame",
    "codebook",
    "design",
    "difference_of",
    "effective_n",
    "funnel",
    "intraclass_correlation",
    "jackknife",
    "kitagawa",
    "korn_graubard",
    "margin",
    "mean",
    "mean_of",
    "mean_range",
    "means_of",
    "net",
    "newcombe",
    "nonresponse",
    "paired",
    "post_stratify",
    "rake",
    "rake_and_trim",
    "release",
    "reliability",
    "season_changes",
    "share",
    "share_range",
    "slope",
    "smallest_change",
    "steadied",
    "steadied_shares",
    "stored_view",
    "t_range",
    "weighted_mean",
    "wilson",
]


def __getattr__(name: str) -> object:
    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module 'analysis' has no attribute {name!r}")
