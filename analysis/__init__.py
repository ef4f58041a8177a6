"""Porchlight's numbers: frames in, released figures out. Knows nothing of the web.

    from analysis import CHARTS, Measure, release

    made = release(frame, measures, cuts)          # the only way from answers to figures
    made.view(community="liberty", measure="trust", agency="police")

Beside the release, for a notebook on answers or on released figures: means and shares with the
ranges of people who came in events (share_range chooses the way), weights, trends, who came or
what they think, pairs, steadied communities and the funnel, reliability, the jackknife. These are
imported when they are first asked for, because scipy's distributions cost a web worker 50 MB that
it does not need.

    of = design(frame["event"])                     # who came with whom
    trust = person_values(frame, measure)           # 0 or 1; NaN for whoever gave no answer
    rho = pooled_rho(trust, of)                     # how alike people of one event answer
    share_range(trust, of, rho=rho, domain=frame["community"] == "liberty")   # low, high, the way
"""

from importlib import import_module
from typing import TYPE_CHECKING

from analysis.change import changes_since_first, season_changes
from analysis.charts import CHARTS, WORDS, Chart
from analysis.codebook import codebook
from analysis.estimate import (
    effective_n,
    intraclass_correlation,
    mean,
    net,
    settled_rho,
    share,
    wilson,
)
from analysis.export import FORMATS
from analysis.frame import FrameError, check_frame
from analysis.many import adjusted_p, benjamini_hochberg
from analysis.measures import LEAST, OTHER, TOTAL, UNSAID, Measure
from analysis.nonresponse import nonresponse
from analysis.people import person_items, person_nets, person_values, season_wordings
from analysis.release import NothingToRelease, ReleaseRefused, release
from analysis.released import NotReleased, Released, View, stored_view
from analysis.verdict import newcombe, smallest_change

if TYPE_CHECKING:
    from analysis.consistency import reliability
    from analysis.decompose import adjusted_change, kitagawa
    from analysis.interval import (
        mean_range,
        pooled_rho,
        share_range,
        weighted_mean_range,
        weighted_share_range,
    )
    from analysis.margins import CannotWeight, bridged, check_people, margin
    from analysis.other_ranges import arcsine_range, logit_range
    from analysis.pairs import mcnemar_p, paired, wilcoxon_p
    from analysis.replicates import jackknife
    from analysis.second_view import mean_second_view, share_second_view
    from analysis.small import funnel, steadied, steadied_shares
    from analysis.taylor import (
        design,
        design_effect,
        difference_of,
        korn_graubard,
        mean_of,
        means_of,
        ratio_of,
        t_range,
        total_of,
    )
    from analysis.trend import CannotCompare, slope
    from analysis.weight import (
        post_stratify,
        rake,
        rake_and_trim,
        refuse_unshowable,
        trim,
        trim_strictly,
        weighted_mean,
        weighted_total,
    )

_LATER = {
    "reliability": "analysis.consistency",
    "adjusted_change": "analysis.decompose",
    "kitagawa": "analysis.decompose",
    "mean_range": "analysis.interval",
    "pooled_rho": "analysis.interval",
    "share_range": "analysis.interval",
    "weighted_mean_range": "analysis.interval",
    "weighted_share_range": "analysis.interval",
    "bridged": "analysis.margins",
    "CannotWeight": "analysis.margins",
    "check_people": "analysis.margins",
    "margin": "analysis.margins",
    "arcsine_range": "analysis.other_ranges",
    "logit_range": "analysis.other_ranges",
    "mcnemar_p": "analysis.pairs",
    "paired": "analysis.pairs",
    "wilcoxon_p": "analysis.pairs",
    "jackknife": "analysis.replicates",
    "mean_second_view": "analysis.second_view",
    "share_second_view": "analysis.second_view",
    "funnel": "analysis.small",
    "steadied": "analysis.small",
    "steadied_shares": "analysis.small",
    "design": "analysis.taylor",
    "design_effect": "analysis.taylor",
    "difference_of": "analysis.taylor",
    "korn_graubard": "analysis.taylor",
    "mean_of": "analysis.taylor",
    "means_of": "analysis.taylor",
    "ratio_of": "analysis.taylor",
    "t_range": "analysis.taylor",
    "total_of": "analysis.taylor",
    "CannotCompare": "analysis.trend",
    "slope": "analysis.trend",
    "post_stratify": "analysis.weight",
    "rake": "analysis.weight",
    "rake_and_trim": "analysis.weight",
    "refuse_unshowable": "analysis.weight",
    "trim": "analysis.weight",
    "trim_strictly": "analysis.weight",
    "weighted_mean": "analysis.weight",
    "weighted_total": "analysis.weight",
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
    "adjusted_p",
    "arcsine_range",
    "benjamini_hochberg",
    "bridged",
    "changes_since_first",
    "check_frame",
    "check_people",
    "codebook",
    "design",
    "design_effect",
    "difference_of",
    "effective_n",
    "funnel",
    "intraclass_correlation",
    "jackknife",
    "kitagawa",
    "korn_graubard",
    "logit_range",
    "margin",
    "mcnemar_p",
    "mean",
    "mean_of",
    "mean_range",
    "mean_second_view",
    "means_of",
    "net",
    "newcombe",
    "nonresponse",
    "paired",
    "person_items",
    "person_nets",
    "person_values",
    "pooled_rho",
    "post_stratify",
    "rake",
    "rake_and_trim",
    "ratio_of",
    "refuse_unshowable",
    "release",
    "reliability",
    "season_changes",
    "season_wordings",
    "settled_rho",
    "share",
    "share_range",
    "share_second_view",
    "slope",
    "smallest_change",
    "steadied",
    "steadied_shares",
    "stored_view",
    "t_range",
    "total_of",
    "trim",
    "trim_strictly",
    "weighted_mean",
    "weighted_mean_range",
    "weighted_share_range",
    "weighted_total",
    "wilcoxon_p",
    "wilson",
]


def __getattr__(name: str) -> object:
    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module 'analysis' has no attribute {name!r}")
