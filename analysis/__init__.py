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

Whoever checks the audit, or measures what it takes away, begins with the tables as they would be
without it (build_tables), the world that they print (world_of) and a share as it is shown
(band_share).
"""

from importlib import import_module
from typing import TYPE_CHECKING

from analysis.estimators.basic import mean, net, share, wilson
from analysis.estimators.crowd import crowd_n, place_n
from analysis.estimators.intraclass import effective_n, intraclass_correlation, settled_rho
from analysis.estimators.multiple_testing import adjusted_p, benjamini_hochberg
from analysis.estimators.nonresponse import nonresponse
from analysis.estimators.person_level import (
    person_items,
    person_nets,
    person_values,
    season_wordings,
)
from analysis.estimators.two_shares import Interval, newcombe, parts_correlation, two_sided_p
from analysis.frame import FrameError, check_frame
from analysis.measures import LEAST, OTHER, TOTAL, UNSAID, Measure
from analysis.output.charts import CHARTS, WORDS, Chart
from analysis.output.codebook import codebook
from analysis.output.export import FORMATS
from analysis.release.build import NothingToRelease, ReleaseRefused, release
from analysis.release.changes import changes_since_first, season_changes
from analysis.release.released import NotReleased, Released, View, stored_rows, stored_view
from analysis.release.verdict import smallest_change
from analysis.tabulation.rounding import band_share

if TYPE_CHECKING:
    from analysis.disclosure.printed import world_of
    from analysis.estimators.comparison import by_group, difference_of_ranges
    from analysis.estimators.decomposition import adjusted_change, kitagawa
    from analysis.estimators.intervals import mean_range, pooled_rho, share_range
    from analysis.estimators.jackknife import jackknife
    from analysis.estimators.linearization import (
        design,
        difference_of,
        mean_of,
        means_of,
        ratio_of,
        total_of,
    )
    from analysis.estimators.linearized_ranges import design_effect, korn_graubard, t_range
    from analysis.estimators.margins import CannotWeight, bridged, check_people, margin
    from analysis.estimators.other_intervals import arcsine_range, logit_range
    from analysis.estimators.paired import mcnemar_p, paired, wilcoxon_p
    from analysis.estimators.reliability import reliability
    from analysis.estimators.small_areas import funnel, steadied, steadied_shares
    from analysis.estimators.trend import CannotCompare, slope
    from analysis.estimators.trimming import rake_and_trim, trim, trim_strictly
    from analysis.estimators.weighted_estimates import (
        refuse_unshowable,
        weighted_mean,
        weighted_total,
    )
    from analysis.estimators.weighted_intervals import weighted_mean_range, weighted_share_range
    from analysis.estimators.weighted_view import mean_second_view, share_second_view
    from analysis.estimators.weighting import post_stratify, rake
    from analysis.tabulation.exact_rows import build_tables

_LATER = {
    "build_tables": "analysis.tabulation.exact_rows",
    "world_of": "analysis.disclosure.printed",
    "by_group": "analysis.estimators.comparison",
    "difference_of_ranges": "analysis.estimators.comparison",
    "reliability": "analysis.estimators.reliability",
    "adjusted_change": "analysis.estimators.decomposition",
    "kitagawa": "analysis.estimators.decomposition",
    "mean_range": "analysis.estimators.intervals",
    "pooled_rho": "analysis.estimators.intervals",
    "share_range": "analysis.estimators.intervals",
    "weighted_mean_range": "analysis.estimators.weighted_intervals",
    "weighted_share_range": "analysis.estimators.weighted_intervals",
    "bridged": "analysis.estimators.margins",
    "CannotWeight": "analysis.estimators.margins",
    "check_people": "analysis.estimators.margins",
    "margin": "analysis.estimators.margins",
    "arcsine_range": "analysis.estimators.other_intervals",
    "logit_range": "analysis.estimators.other_intervals",
    "mcnemar_p": "analysis.estimators.paired",
    "paired": "analysis.estimators.paired",
    "wilcoxon_p": "analysis.estimators.paired",
    "jackknife": "analysis.estimators.jackknife",
    "mean_second_view": "analysis.estimators.weighted_view",
    "share_second_view": "analysis.estimators.weighted_view",
    "funnel": "analysis.estimators.small_areas",
    "steadied": "analysis.estimators.small_areas",
    "steadied_shares": "analysis.estimators.small_areas",
    "design": "analysis.estimators.design",
    "design_effect": "analysis.estimators.linearized_ranges",
    "difference_of": "analysis.estimators.linearization",
    "korn_graubard": "analysis.estimators.linearized_ranges",
    "mean_of": "analysis.estimators.linearization",
    "means_of": "analysis.estimators.linearization",
    "ratio_of": "analysis.estimators.linearization",
    "t_range": "analysis.estimators.linearized_ranges",
    "total_of": "analysis.estimators.linearization",
    "CannotCompare": "analysis.estimators.trend",
    "slope": "analysis.estimators.trend",
    "post_stratify": "analysis.estimators.weighting",
    "rake": "analysis.estimators.weighting",
    "rake_and_trim": "analysis.estimators.trimming",
    "refuse_unshowable": "analysis.estimators.weighted_estimates",
    "trim": "analysis.estimators.trimming",
    "trim_strictly": "analysis.estimators.trimming",
    "weighted_mean": "analysis.estimators.weighted_estimates",
    "weighted_total": "analysis.estimators.weighted_estimates",
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
    "Interval",
    "Measure",
    "NotReleased",
    "NothingToRelease",
    "ReleaseRefused",
    "Released",
    "View",
    "adjusted_change",
    "adjusted_p",
    "arcsine_range",
    "band_share",
    "benjamini_hochberg",
    "bridged",
    "build_tables",
    "by_group",
    "changes_since_first",
    "check_frame",
    "check_people",
    "codebook",
    "crowd_n",
    "design",
    "design_effect",
    "difference_of",
    "difference_of_ranges",
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
    "parts_correlation",
    "person_items",
    "person_nets",
    "person_values",
    "place_n",
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
    "stored_rows",
    "stored_view",
    "t_range",
    "total_of",
    "trim",
    "trim_strictly",
    "two_sided_p",
    "weighted_mean",
    "weighted_mean_range",
    "weighted_share_range",
    "weighted_total",
    "wilcoxon_p",
    "wilson",
    "world_of",
]


def __dir__() -> list[str]:
    """What can be imported, the later half of it too."""
    return sorted(__all__)


def __getattr__(name: str) -> object:
    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module 'analysis' has no attribute {name!r}")
