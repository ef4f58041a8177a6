"""What the audit's arrays say, cut by cut, for tests that try it."""

from analysis.disclosure.moves import sets_of


def next_door(printed):
    """Per cut of one panel: the moves that keep the print of this cut; shape (R, G, M, moves)."""
    moves, world, stands = printed.evidence.moves(), printed.evidence.world, {}
    for t, cut in enumerate(world.cuts):
        sheets, groups = world.table == t, printed.sheets.said[t].joins.shape[1]
        stands[cut] = sets_of(moves[sheets, :, :groups]).transpose(1, 2, 0, 3) > 0
    return stands
