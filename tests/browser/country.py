"""A small made-up country, served: pages that six towns cannot show."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.country import make
from tests.browser.server import Site, serving

COMMUNITIES = 48


@pytest.fixture(scope="session")
def country_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    database = tmp_path_factory.mktemp("country") / "country.sqlite"
    make(f"sqlite:///{database}", COMMUNITIES, seed=3)
    with serving(Site(database)) as site:
        yield site
