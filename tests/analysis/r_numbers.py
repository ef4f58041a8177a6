"""The numbers that R printed and the data behind them; fixtures/README.md says by what."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.estimators.linearization import design

FOLDER = Path(__file__).parent / "fixtures"


def cases(file):
    return {c["id"]: c for c in json.loads((FOLDER / file).read_text(encoding="utf-8"))["cases"]}


def schools():
    data = pd.read_csv(FOLDER / "apiclus1.csv")
    for name, column in (("sw", "sch.wide"), ("ci", "comp.imp"), ("aw", "awards")):
        data[name] = np.where(data[column].isna(), np.nan, (data[column] == "Yes").astype(float))
    return data.assign(hi=(data["api00"] >= 800).astype(float))


def counties():
    return pd.read_csv(FOLDER / "county.csv")


def as_design(data, case):
    """svydesign(ids=, strata=, weights=, fpc=, nest=TRUE) on our side."""
    asked = case["design"]
    return design(
        data[asked["ids"]] if asked.get("ids") else np.arange(len(data)),
        data[asked["weights"]],
        strata=data[asked["strata"]] if asked.get("strata") else None,
        population=data[asked["fpc"]] if asked.get("fpc") else None,
    )
