"""A release, worked through as in a notebook: every cell stands between two `# %%`.

    python docs/worked_example.py FILES [COMMUNITY]

FILES is the release's zip, or a folder with its figures.csv, changes.csv and overall.csv, as the
page "Data" offers them. Everything is made from released rows; `analysis` needs no web server.
"""

# %% Read the files. Text stays text: an empty community is the whole county, not a missing one.
import io
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import (
    CannotCompare,
    Interval,
    adjusted_p,
    by_group,
    design,
    difference_of_ranges,
    funnel,
    kitagawa,
    newcombe,
    parts_correlation,
    pooled_rho,
    share_range,
    slope,
    steadied_shares,
    two_sided_p,
    wilson,
)


def read(files: Path, name: str) -> pd.DataFrame:
    """One table of the release, whether its files lie in a folder or in the zip."""
    if files.is_dir():
        body = next(iter(sorted(files.rglob(f"*{name}")))).read_bytes()
    else:
        with zipfile.ZipFile(files) as archive:
            inside = next(one for one in archive.namelist() if one.split("/")[-1] == name)
            body = archive.read(inside)
    text = dict.fromkeys(("community", "members", "group", "agency", "n", "wording"), str)
    table = pd.read_csv(io.BytesIO(body), dtype=text, encoding="utf-8-sig")
    return table.fillna({column: "" for column in text if column in table})


FILES = Path(sys.argv[1])
figures, changes, overall = (
    read(FILES, name) for name in ("figures.csv", "changes.csv", "overall.csv")
)
newest = int(figures["season"].max())
print(f"{len(figures)} figures, {len(changes)} changes, seasons to {newest}.")

# %% One measure. Rows of a county hold its communities' people again: never add the two up.
trust = figures[(figures["measure"] == "trust") & (figures["agency"] == "police")]
places = trust[(trust["cut"] == "total") & ~trust["community"].isin(["", "other"])]
numbered = places[places["value"].notna()]  # under 30 answers a figure is shown in words
latest = numbered[numbered["season"] == newest].set_index("community")
COMMUNITY = sys.argv[2] if len(sys.argv) > 2 else str(latest["n_low"].idxmax())
here = latest.loc[COMMUNITY]
print(f"{COMMUNITY} {newest}: {here['value']:.1%} of {here['n']} answers trust the police.")

# %% Its range, worked out again: Wilson's from the ends of the band, for n / 1.4 people.
low, high = (
    wilson(here["value_low"], here["n_eff"])[0],
    wilson(here["value_high"], here["n_eff"])[1],
)
print(f"Range {low:.3f} to {high:.3f}; printed {here['range_low']} to {here['range_high']}.")
assert abs(low - here["range_low"]) <= 0.001 >= abs(high - here["range_high"])

# %% The change from the last season that can be compared, worked out again.
before = changes[(changes["basis"] == "before") & (changes["measure"] == "trust")]
before = before[(before["agency"] == "police") & (before["season_to"] == newest)]
own = before[~before["community"].isin(["", "other"])].dropna(subset=["change"])
row = own[own["community"] == COMMUNITY].iloc[0]
ranges = {
    int(one["season"]): Interval(one["value"], one["range_low"], one["range_high"])
    for one in numbered[numbered["community"] == COMMUNITY].to_dict("records")
}
ends = newcombe(ranges[row["season_from"]], ranges[newest])
print(
    f"Since {row['season_from']}: {row['change']:+.3f}, {ends[0]:.3f} to {ends[1]:.3f}: "
    f"{row['verdict']}."
)
assert np.allclose(ends, (row["low"], row["high"]), atol=1e-3)

# %% Many places at once: of those reported as clear rises and falls, at most 5 % are false.
family = changes[(changes["family"] == f"{newest} headline before") & changes["p"].notna()]
q = adjusted_p(family["p"])
assert (abs(q - family["q"]) <= 0.001).all()  # printed rounded up to thousandths
print(f"{len(family)} tests in one family; {(q <= 0.05).sum()} pass.")

# %% All places together: a plain mean of their changes, with Student's t over places.
whole = overall[(overall["measure"] == "trust") & (overall["agency"] == "police")]
whole = whole[(whole["season"] == newest) & (whole["state"].fillna("") == "")].iloc[0]
same = own[own["season_from"] == whole["season_from"]]["change"]
print(f"Mean change of {len(same)} places: {same.mean():+.3f}; left out: {whole['left_out']}.")
assert len(same) == whole["compared"]

# %% Over the years: weighted by how sure each season is. It refuses to cross another wording.
years = numbered[numbered["community"] == COMMUNITY].sort_values("season")
variance = years["value"] * (1 - years["value"]) / years["n_eff"]
try:
    line = slope(years["season"], years["value"], variance, list(years["wording"]))
    at = line.intercept + line.slope * newest
    print(f"{line.slope:+.4f} a year ({line.low:+.4f} to {line.high:+.4f}); {at:.2f} in {newest}.")
except CannotCompare as why:
    print(f"No line over the years: {why}")

# %% Groups side by side: the difference of two ages, with its range and p-value.
ages = trust[(trust["cut"] == "age") & (trust["season"] == newest) & trust["value"].notna()]
ages = ages[ages["community"] == COMMUNITY].set_index("group")
shown = ["value", "range_low", "range_high"]
for one, other in zip(ages.index[:-1], ages.index[1:], strict=True):
    first, second = (Interval(*ages.loc[group, shown]) for group in (one, other))
    d, (low, high) = second.value - first.value, newcombe(first, second)
    p = two_sided_p(d, low, high)
    print(f"{other} minus {one}: {d:+.2f} ({low:+.2f} to {high:+.2f}), p {p:.3f}.")

# %% Who came, or what they think? Needs the same groups, 11 people in each and 100 a season.
earlier = trust[(trust["cut"] == "age") & (trust["season"] == row["season_from"])]
earlier = earlier[(earlier["community"] == COMMUNITY) & earlier["value"].notna()].set_index("group")
both = [group for group in ages.index if group in earlier.index]
try:
    split = kitagawa(
        earlier.loc[both, "n_low"],
        earlier.loc[both, "value"],
        ages.loc[both, "n_low"],
        ages.loc[both, "value"],
        wording=(earlier["wording"].iloc[0], ages["wording"].iloc[0]),
    )
    print(f"Of {split.total:+.3f}, {split.who_came:+.3f} is who came.")
except (CannotCompare, IndexError) as why:
    print(f"Not taken apart: {why}")

# %% Small places, steadied: how much each borrows from all. Never an order of places.
steady, pooled = steadied_shares(latest["value"], latest["n_eff"])
around = funnel(latest["value"], latest["n_eff"])
for name, raw, mark in zip(latest.index, latest["value"], steady, strict=True):
    print(f"{name}: {raw:.2f}, steadied {mark:.2f}.")

# %% The same people twice: who moved up less who moved down since the event.
moved = figures[(figures["cut"] == "total") & (figures["agency"] == "police")]
moved = moved[(moved["season"] == newest) & moved["value"].notna()].set_index("community")
up, down = (moved[moved["measure"] == f"{way}.trust"] for way in ("more", "less"))
for name in up.index.intersection(down.index).drop(["", "other"], errors="ignore"):
    two = [Interval(*t.loc[name, shown]) for t in (down, up)]
    low, high = newcombe(*two, correlation=parts_correlation(two[0].value, two[1].value))
    print(f"{name}: {two[1].value - two[0].value:+.2f} ({low:+.2f} to {high:+.2f}) moved up.")

# %% Answers of your own: one row per person. Here they are drawn; read yours instead.
rng = np.random.default_rng(2026)
answers = pd.DataFrame({"event": np.repeat(np.arange(12), 25), "first": rng.random(300) < 0.4})
answers["trusts"] = (rng.random(300) < np.where(answers["first"], 0.5, 0.65)).astype(float)
who = design(answers["event"])  # who came with whom
rho = pooled_rho(answers["trusts"], who)
print(by_group(answers["trusts"], answers["first"], who, rho=rho, level=0.9).round(3).to_string())
new, old = (
    share_range(answers["trusts"], who, rho=rho, domain=answers["first"] == one, level=0.9)
    for one in (True, False)
)
found = difference_of_ranges(new, old)
print(f"First time minus others: {found.value:+.2f} ({found.low:+.2f} to {found.high:+.2f}), 90 %.")
