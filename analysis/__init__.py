"""Porchlight's numbers: frames in, released figures out. Knows nothing of the web.

    from analysis import CHARTS, Measure, release

    made = release(frame, measures, cuts)          # the only way from answers to figures
    made.view(community="liberty", measure="trust", agency="police")

Beside the release, for a notebook on answers or on released figures: means and shares with the
errors of people who came in events, weights, trends, who came or what they think, pairs, steadied
communities and the funnel, reliability. These are imported when they are first asked for, because
scipy's distributions cost a web worker 50 MB that it does not need.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from analysis.change import benjamini_hochberg, newcombe, smallest_change
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
    from analysis.decompose import kitagawa
    from analysis.margins import CannotWeight, margin
    from analysis.pairs import paired
    from analysis.small import funnel, steadied, steadied_shares
    from analysis.taylor import design, difference_of, korn_graubard, mean_of, means_of, t_range
    from analysis.trend import CannotCompare, slope
    from analysis.weight import post_stratify, rake, rake_and_trim, weighted_mean

_LATER = {
    "reliability": "analysis.consistency",
    "kitagawa": "analysis.decompose",
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
    "benjamini_hochberg",
    "check_frame",
    "codebook",
    "design",
    "difference_of",
    "effective_n",
    "funnel",
    "intraclass_correlation",
    "kitagawa",
    "korn_graubard",
    "margin",
    "mean",
    "mean_of",
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
    "share",
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
