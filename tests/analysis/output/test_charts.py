import json
import re
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from analysis.output.charts import CHARTS, WORDS, as_json
from analysis.output.funnel import WORDS as FUNNEL
from analysis.output.theme import ROLES
from analysis.output.traces import BASIC_TRACES
from analysis.release.build import release
from tests.analysis.made_up import ALPHA, BETA, CUTS, GAMMA, MEASURES, SMALL, people, together
from tests.analysis.made_up import WORDS as SAID

TRUST: dict[str, Any] = {"measure": "trust", "agency": "police"}
trend, overview = CHARTS["trend"].draw, CHARTS["overview"].draw  # each part checked by Plotly
groups, agencies = CHARTS["groups"].draw, CHARTS["agencies"].draw


@pytest.fixture(scope="module")
def made():
    frames = []
    for season, words in ((2023, "2025a"), (2024, "2025a"), (2026, "2026b")):
        more = {"season": season, "instrument": words}
        frames += [people(ALPHA, 160, events=2, **more), people(GAMMA, 40, **more)]
        size = 20 if season == 2024 else 10  # together or each by itself
        frames += [people(place, size, **more) for place in (BETA, *SMALL)]
    return release(together(*frames), MEASURES, CUTS)


def drawn(made):
    one = made.view(**TRUST, cut="total")
    age = made.view(**TRUST, cut="age", community="alpha", season=2026)
    beside = made.view(measure="trust", cut="total", community="alpha", season=2026)
    eight = release(together(*(people(("OH", "omega-county", f"omega-{n}"), 60, season=2026)
                               for n in range(8))), MEASURES, CUTS)  # fmt: skip
    area = replace(eight.view(**TRUST, cut="total", season=2026), communities=("omega-3",))
    return {
        "funnel": CHARTS["funnel"].draw(area, {**FUNNEL, "omega-3": "Omega", **SAID}),
        "trend": trend(one.view(community="alpha"), SAID),
        "overview": overview(one, SAID),
        "groups": groups(age, SAID),
        "agencies": agencies(beside, SAID),
    }


def numbers(values):
    return [value for value in values if value is not None]


def test_every_chart_is_drawn_from_the_basic_bundle(made):
    figures = drawn(made)
    assert set(figures) == set(CHARTS)
    for figure in figures.values():
        assert figure.data
        assert {trace.type for trace in figure.data} <= set(BASIC_TRACES)


def test_a_bare_frame_is_a_type_error(made):
    for chart in CHARTS.values():
        values: list[Any] = [made.figures, pd.DataFrame(), None]
        for value in values:
            with pytest.raises(TypeError, match="not released"):
                chart.draw(value, SAID)
            with pytest.raises(TypeError, match="not released"):
                chart.table(value)


def test_title_source_and_note_are_on_every_chart(made):
    for figure in drawn(made).values():
        texts = " ".join(a.text for a in figure.layout.annotations)
        assert figure.layout.title.text == "Trust"
        assert "Release 1" in texts
        assert "Chance variation only" in texts


def test_every_word_comes_from_the_caller(made):
    """Drawn with marked words, no other letter is in the figure's text."""
    marked = {key: f"<{key}>" for key in SAID} | {"n": "<n>", "between": "<b>"}
    for figure in (trend(made.view(**TRUST, cut="total", community="alpha"), marked),):
        names = [trace.name for trace in figure.data if trace.showlegend]
        hovers = [text for trace in figure.data for text in trace.text or () if text]
        assert names
        for text in (*names, *hovers):
            assert not re.search("[A-Za-z]", re.sub("<[^>]*>", "", text))
    for key in WORDS:
        lacking = {k: v for k, v in SAID.items() if k != key}
        if key in ("title", "subtitle", "source", "note", "range", "n", "between", "wall"):
            with pytest.raises(KeyError):
                trend(made.view(**TRUST, cut="total", community="alpha"), lacking)


def test_the_whole_scale_is_shown(made):
    figures = drawn(made)
    assert tuple(figures["trend"].layout.yaxis.range) == (0, 100)
    assert tuple(figures["groups"].layout.xaxis.range) == (0, 100)
    for name, axis in figures["overview"].to_plotly_json()["layout"].items():
        if name.startswith("yaxis"):
            assert list(axis["range"]) == [0, 100]


def test_a_trend_draws_ranges_and_no_line_across_a_wall(made):
    figure = trend(made.view(**TRUST, cut="total", community="alpha"), SAID)
    rows = made.view(**TRUST, cut="total", community="alpha").figures
    ranges = next(trace for trace in figure.data if trace.name == "range")
    assert numbers(ranges.y) == pytest.approx(
        (rows[["range_low", "range_high"]] * 100).to_numpy().ravel().tolist()
    )
    (joined,) = [trace for trace in figure.data if trace.legendgroup == "join"]
    assert numbers(joined.x) == [2023, 2024]  # 2025 has no figure, 2026 was asked otherwise
    for trace in figure.data:
        assert not trace.connectgaps
        for left, right in zip(trace.x, trace.x[1:], strict=False):
            upright = left is None or right is None or left == right
            assert upright or trace is joined or trace.line.width is None
    (wall,) = figure.layout.shapes
    assert wall.x0 == wall.x1 == 2025
    assert wall.label.text == "new wording"


def test_a_pool_and_few_answers_look_different(made):
    figure = trend(made.view(**TRUST, cut="total", community="beta"), SAID)
    by_name = {trace.name: trace for trace in figure.data}
    assert set(numbers(by_name["together"].x)) == {2023, 2026}
    few = by_name["few answers"]
    assert list(few.x) == [2024]
    assert few.marker.pattern.shape == "/"
    assert few.y[0] == pytest.approx(33.3, abs=0.11)
    points = [t for t in figure.data if t.type == "scatter" and t.mode == "markers"]
    assert not [t for t in points if 2024 in t.x]  # no bare value


def test_the_fewer_the_answers_the_less_ink(made):
    """Gamma's 40 answers are an outline, Alpha's 160 a filled bar; both have a dot."""
    shapes = {}
    for place in ("alpha", "gamma"):
        figure = trend(made.view(**TRUST, cut="total", community=place), SAID)
        told = {t.legendgroup for t in figure.data if t.showlegend}
        shapes[place] = told
        rows = made.view(**TRUST, cut="total", community=place).figures
        dots = [t for t in figure.data if t.legendgroup in ("dot", "lit")]
        values = [value for trace in dots for value in trace.y]
        assert values == pytest.approx((rows["value"] * 100).round(2).tolist())
    assert shapes == {"alpha": {"range"}, "gamma": {"few"}}


def test_the_newest_figure_is_labelled_and_a_year_without_one_says_so(made):
    figure = trend(made.view(**TRUST, cut="total", community="alpha"), SAID)
    by_role = {trace.legendgroup: trace for trace in figure.data}
    value = made.view(**TRUST, cut="total", community="alpha", season=2026).figures["value"][0]
    assert list(by_role["newest"].x) == [2026]
    assert list(by_role["newest"].text) == [f"{value * 100:.0f}"]
    assert by_role["newest"].textfont.size > by_role["label"].textfont.size
    missing = [note for note in figure.layout.annotations if note.name == "missing"]
    assert [(note.x, note.hovertext) for note in missing] == [(2025, "2025<br>no figure")]


def test_an_overview_has_a_panel_per_community_in_the_order_of_the_callers_names(made):
    order = {place: SAID.get(place, place) for place in ("beta", "delta", "gamma", "alpha")}
    words = {key: text for key, text in SAID.items() if key not in order}
    figure = overview(made.view(**TRUST), {**words, **order, "alpha": "Zeta"})
    names = [a.text for a in figure.layout.annotations if a.name == "panel"][:4]
    assert names == ["Beta", "Delta", "Gamma", "Zeta"]
    shown = [trace.legendgroup for trace in figure.data if trace.showlegend]
    assert shown
    assert len(shown) == len(set(shown))
    many = [people(("OH", "c", f"town-{i:02}"), 12) for i in range(13)]
    with pytest.raises(ValueError, match="12 communities"):
        overview(release(together(*many), MEASURES, ()).view(**TRUST), SAID)


def test_groups_stand_in_the_caller_s_order_with_the_pool_last(made):
    view = made.view(**TRUST, cut="age", community="alpha", season=2026)
    words = {
        "55-74": "55 to 74",
        "35-54": "35 to 54",
        "18-34": "18 to 34",
        "other": "Others",
        **SAID,
    }
    order = names_from_above(groups(view, words))
    assert order[:3] == ["55 to 74", "35 to 54", "18 to 34"]
    assert order[-1] == "Others"
    with pytest.raises(ValueError, match="one season or two"):
        groups(made.view(**TRUST, cut="age"), words)


def test_the_season_before_stands_quietly_above_this_one(made):
    view = made.view(**TRUST, cut="age", community="alpha", season=[2024, 2026])
    figure = groups(view, SAID)
    earlier = view.figures[(view.figures["season"] == 2024) & (view.figures["band"] != "thirds")]
    before = next(t for t in figure.data if t.legendgroup == "before pool")
    assert before.name == "the year before"
    assert sorted(numbers(before.x)) == pytest.approx(
        sorted((earlier[["range_low", "range_high"]] * 100).round(2).to_numpy().ravel())
    )
    assert {round(spot % 1, 2) for spot in numbers(before.y)} == {0.24}
    now = [t for t in figure.data if not t.legendgroup.startswith("before")]
    assert all(spot % 1 == 0 for t in now for spot in numbers(t.y))


def names_from_above(figure) -> list[str]:
    names = dict(zip(figure.layout.yaxis.tickvals, figure.layout.yaxis.ticktext, strict=True))
    return [names[spot] for spot in sorted(names, reverse=True)]


def test_a_chart_of_two_measures_is_refused(made):
    with pytest.raises(ValueError, match="one measure"):
        trend(made.view(community="alpha"), SAID)
    with pytest.raises(ValueError, match="one community"):
        trend(made.view(**TRUST), SAID)


def test_nothing_to_show_says_so(made):
    figure = trend(made.view(**TRUST, community="nowhere"), SAID)
    assert "nothing to show" in [a.text for a in figure.layout.annotations]
    assert not figure.data


def test_small_json_without_a_template():
    frames = [people(ALPHA, 200, season=year) for year in range(2017, 2027)]
    made = release(together(*frames), MEASURES, ())
    text = as_json(CHARTS["trend"].figure(made.view(**TRUST, community="alpha"), SAID))
    assert len(text) < 12_000
    loaded = json.loads(text)
    assert set(loaded) == {"data", "layout"}
    assert loaded["layout"]["template"] == "none"


def test_every_colour_is_a_role_that_the_page_can_swap(made):
    for figure in drawn(made).values():
        loaded = json.loads(json.dumps(figure.to_plotly_json()))
        roles = loaded["layout"]["meta"].pop("roles")
        assert roles == {colour: role for role, colour in ROLES.items()}
        assert set(re.findall("#[0-9a-f]{6}", json.dumps(loaded))) <= set(roles)


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("role", "least"),
    [
        ("ink", 7),
        ("quiet", 4.5),
        ("wall", 4.5),
        ("mark", 3),
        ("range", 3),
        ("pool", 3),
    ],
)
def test_marks_and_words_stand_out_from_the_paper(role, least):
    assert contrast(ROLES[role], ROLES["paper"]) >= least
