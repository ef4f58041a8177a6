"""Proof by simulation: seasons whose truth is known go through the real release() and estimators.

    from analysis.simulation import prove, tables

    print(tables(prove(size=0.1)))          # a tenth of the programmes behind docs/proof.md

`flask prove` writes docs/proof.md. Everything is seeded: the same tables each time, whatever the
number of processes. Start with run.py.
"""

from analysis.simulation.goals import missed
from analysis.simulation.report import tables, write
from analysis.simulation.run import Proof, prove

__all__ = ["Proof", "missed", "prove", "tables", "write"]
