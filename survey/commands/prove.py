"""`flask prove`."""

from __future__ import annotations

import click

from survey.commands.work import speak
from survey.config import ROOT


@click.command()
@click.option("--size", default=1.0, show_default=True, help="0.1: a tenth of the programmes.")
@click.option("--processes", default=0, help="How many at once; by default one for each core.")
@click.option("--show", is_flag=True, help="Print the tables instead of writing docs/proof.md.")
def prove(size: float, processes: int, show: bool) -> None:
    """Simulate seasons whose truth is known; write the results into docs/proof.md."""
    from analysis import simulation  # loads pandas and scipy, which a worker must not

    with click.progressbar(length=1000, label="Simulating") as bar:
        proof = simulation.prove(
            size, lambda done, of: bar.update(1000 * done // of - bar.pos), processes
        )
    if show:
        speak([simulation.tables(proof)])
    else:
        simulation.write(ROOT / "docs" / "proof.md", proof)
        speak(["The tables are in docs/proof.md."])
    speak(f"Not met: {goal}." for goal in simulation.missed(proof))
