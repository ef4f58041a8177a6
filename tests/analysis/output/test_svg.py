"""The drawing that stands in the page: read back with an XML parser, against the released rows."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest

from analysis.output import svg
from analysis.output.charts import CHARTS
from analysis.output.drawing import read
from analysis.release.build import release
from tests.analysis.made_up import ALPHA, BETA, CUTS, GAMMA, MEASURES, SMALL, people, together
from tests.analysis.made_up import WORDS as SAID

TRUST: dict[str, Any] = {"measure": "trust", "agency": "police"}


@pytest.fixture(scope="module")
def made():
    frames = []
    for season, words in ((2023, "2025a"), (2024, "2025a"), (2026, "2026b")):
        more = {"season": season, "instrument": words}
        frames += [people(ALPHA, 160, events=2, **more), people(GAMMA, 40, **more)]
        size = 20 if season == 2024 else 10  # told in thirds, or together with others
        frames += [people(place, size, **more) for place in (BETA, *SMALL)]
    return release(together(*frames), MEASURES, CUTS)


def drawn(view, chart="trend", words=SAID):
    return read(CHARTS[chart].figure(view, words))


def parsed(markup: str) -> Any:
    return ElementTree.fromstring(f"<svg>{markup}</svg>")


def marks(root: Any) -> dict[str, Any]:
    return {mark.findtext("title", ""): mark for mark in root.iter("g") if mark.get("class")}


def test_each_range_begins_and_ends_where_the_released_one_does(made):
    view = made.view(**TRUST, cut="total", community="alpha")
    (panel,) = drawn(view).panels
    size = svg.PAGE
    found = marks(parsed(svg.standing(panel, size)))
    plot = size.height - size.above - size.below
    for row in view.figures.to_dict("records"):
        (mark,) = [mark for said, mark in found.items() if said.startswith(f"{row['season']},")]
        bar = mark.find("rect")
        top, height = float(bar.get("y")), float(bar.get("height"))
        assert top == pytest.approx(size.above + plot * (1 - row["range_high"]), abs=0.06)
        wide = plot * (row["range_high"] - row["range_low"])
        assert height == pytest.approx(wide, abs=0.06)
        centre = float(mark.find("circle").get("cy"))
        assert centre == pytest.approx(size.above + plot * (1 - row["value"]), abs=0.06)
        assert bar.get("x") == f"{(row['season'] - 2022.5) * 25:.2f}%"  # 2023 to 2026


def test_what_a_drawing_marks_has_a_class_and_no_colour_of_its_own(made):
    for place in ("alpha", "beta", "gamma"):
        for panel in drawn(made.view(**TRUST, cut="total", community=place)).panels:
            markup = svg.standing(panel) + svg.scale(panel)
            assert not re.search(r"#[0-9a-f]{3}|style=|fill=|stroke=", markup)


def test_a_drawing_tells_pools_thirds_and_years_without_a_figure_apart(made):
    root = parsed(svg.standing(drawn(made.view(**TRUST, cut="total", community="beta")).panels[0]))
    sorts = {
        said[:4]: (mark.find("rect").get("class"), [t.text for t in mark.iter("text")])
        for said, mark in marks(root).items()
    }
    assert sorts["2023"][0] == sorts["2026"][0] == "pool"
    assert sorts["2024"] == ("third", ["few"])
    assert sorts["2025"][1] == ["–"]
    assert [t.text for t in root.iter("text") if t.get("class", "").startswith("wt")] == [
        "new wording"
    ]


def test_the_newest_figure_is_the_largest_text_and_the_only_lit_point(made):
    root = parsed(svg.standing(drawn(made.view(**TRUST, cut="total", community="alpha")).panels[0]))
    value = made.view(**TRUST, cut="total", community="alpha", season=2026).figures["value"][0]
    assert [t.text for t in root.iter("text") if t.get("class") == "vn"] == [f"{value * 100:.0f}"]
    assert len([c for c in root.iter("circle") if c.get("class") == "lit"]) == 1


def test_a_row_of_names_draws_this_season_below_the_one_before(made):
    view = made.view(**TRUST, cut="age", community="alpha", season=[2024, 2026])
    (panel,) = drawn(view, "groups").panels
    for name, found in panel.rows:
        assert name in {"18-34", "35-54", "55-74", "75+", "unsaid", "other"}
        assert [mark.is_before for mark in found] == sorted(mark.is_before for mark in found)
        bars = parsed(svg.track(found)).iter("rect")
        heights = [float(bar.get("y")) for bar in bars]
        assert heights == sorted(heights)  # the season before is drawn first, and above
    newest = view.view(season=2026).figures
    lows = {f"{low * 100:.2f}%" for low in newest["range_low"].dropna()}
    told = [found[0] for _, found in panel.rows if found[0].sort != "third"]
    bars = [bar for mark in told for bar in parsed(svg.track([mark])).iter("rect")]
    drawn_lows = {bar.get("x") for bar in bars}
    assert drawn_lows == lows


def test_a_picture_has_the_same_marks_in_pixels(made):
    (panel,) = drawn(made.view(**TRUST, cut="total", community="alpha")).panels
    pen = svg.Pen(left=100, width=400)
    root = parsed(svg.standing(panel, svg.PAGE, pen))
    assert not [v for part in root.iter() for v in part.attrib.values() if v.endswith("%")]
    spots = [float(c.get("cx")) for c in root.iter("circle")]
    assert spots == pytest.approx([150.0, 250.0, 450.0])  # 2023, 2024, 2026 of four years


def test_words_are_escaped(made):
    words = SAID | {"wall": "<b>&", "n": '{n} "&" <i>'}
    (panel,) = drawn(made.view(**TRUST, cut="total", community="alpha"), words=words).panels
    markup = svg.standing(panel)
    assert "<b>" not in markup
    assert "<i>" not in markup
    assert "&lt;b&gt;&amp;" in markup
    parsed(markup)


def test_a_drawing_of_eight_years_is_small():
    frames = [people(ALPHA, 200, season=year) for year in range(2019, 2027)]
    made = release(together(*frames), MEASURES, ())
    (panel,) = drawn(made.view(**TRUST, community="alpha")).panels
    assert len(svg.standing(panel)) < 6_000
    assert "’26" in svg.standing(panel)  # for phones
