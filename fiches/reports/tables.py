"""Tables of a report: a column, or a row, that a voice heads. Pure."""

from .headings import Role
from .voices import UNKNOWN, find_voice


def read_tables(plan):
    """Gives the cells that head a column, a row or a part their roles; {(table, column): voix} of the columns."""
    columns = {}
    for i, block in enumerate(plan.blocks):
        if not block.cell or block.mute or not block.text or (plan.roles[i].told and not block.cell.row):
            continue
        if voice := _voice_of(block, columns):
            plan.roles[i] = Role("voix", voix=None if voice == UNKNOWN else voice)
            if not block.cell.row:
                columns[block.cell.table, block.cell.column] = plan.roles[i].voix
        elif not plan.roles[i].told and not block.cell.column and (theme := _theme_of(plan, block)):
            plan.roles[i] = Role("theme", theme=theme)
    return columns


def _voice_of(block, columns):
    """A voice is told in the first row or in the first column; elsewhere « école » is an answer like any other."""
    first_of_row = not block.cell.column and not any(table == block.cell.table for table, _ in columns)
    return find_voice(block.text, stands_out=True) if not block.cell.row or first_of_row else None


def _theme_of(plan, block):
    best = plan.themes.best(block.text)
    return best.numero if best and best.exact >= 0.62 and len(block.text) <= 120 else None
