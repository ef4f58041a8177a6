import json
from urllib.request import urlopen

import pandas as pd

# a whole table
figures = pd.read_csv("https://survey.example/data/latest/figures.csv")
trust = figures.query(
    "measure == 'trust' and agency == 'police' and cut == 'total' and level == 'community'"
)
print(trust.pivot(index="name", columns="season", values="value"))

# or a part of one, page by page
address = "https://survey.example/api/v1/releases/latest/changes?measure=trust&basis=before"
rows = []
while address:
    with urlopen(address) as reply:
        page = json.load(reply)
    rows += page["rows"]
    address = page["next"]
print(pd.DataFrame(rows)[["name", "season_to", "change", "low", "high", "verdict"]])
