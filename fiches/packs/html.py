"""A document → the HTML of a page to read and to print. Every text is escaped; the notes come at the end."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from .document import Blanks, Break, Contents, Emph, Heading, Items, Link, Note, Paragraph, Strong, Table, Terms


def html_of(document, *, level=2):
    """The blocks of `document` as safe HTML, its first headings at `level`. The title is the page's own."""
    writer = _Writer(level)
    told = (document.contents if isinstance(block, Contents) else block for block in document.blocks)
    body = writer.blocks(told)
    return format_html("{}{}", body, writer.told_notes())


def _joined(pieces):
    return format_html_join("", "{}", ((piece,) for piece in pieces))


class _Writer:
    def __init__(self, level):
        self.level = level
        self.notes = []

    def blocks(self, blocks):
        return _joined(self.block(block) for block in blocks)

    def block(self, block):
        match block:
            case Heading():
                return self.heading(block)
            case Paragraph():
                style = format_html(' class="{}"', block.style) if block.style else ""
                return format_html("<p{}>{}</p>", style, self.inlines(block.inlines))
            case Items():
                return self.items(block)
            case Terms():
                pairs = ((self.inlines(term), self.tight(said)) for term, said in block.pairs)
                return format_html("<dl>{}</dl>", format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", pairs))
            case Table():
                return self.table(block)
            case Blanks():
                room = SafeString('<span class="reglure"></span>' * block.lines)
                rows = ((label, room) for label in block.labels)
                return format_html(
                    '<dl class="champs">{}</dl>', format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", rows)
                )
            case Break():
                return SafeString('<hr class="saut">')
        raise TypeError(f"Not a block: {block!r}")

    def heading(self, block):
        anchor = format_html(' id="{}"', block.anchor) if block.anchor else ""
        tag = SafeString(f"h{min(self.level + block.level - 1, 6)}")
        return format_html("<{}{}>{}</{}>", tag, anchor, self.inlines(block.inlines), tag)

    def items(self, block):
        rows = _joined(format_html("<li>{}</li>", self.tight(item)) for item in block.items)
        if block.numbered:
            return format_html('<ol start="{}">{}</ol>', block.start, rows)
        return format_html('<ul class="{}">{}</ul>', "coches" if block.boxes else "tirets", rows)

    def tight(self, blocks):
        """What an item or a cell holds: a lone paragraph is its text."""
        if len(blocks) == 1 and isinstance(blocks[0], Paragraph):
            return self.inlines(blocks[0].inlines)
        return self.blocks(blocks)

    def table(self, block):
        head = format_html_join("", '<th scope="col">{}</th>', ((name,) for name in block.head))
        rows = _joined(
            format_html(
                '<tr><th scope="row">{}</th>{}</tr>',
                self.inlines(first),
                format_html_join("", "<td>{}</td>", ((self.inlines(cell),) for cell in rest)),
            )
            for first, *rest in block.rows
        )
        return format_html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", head, rows)

    def inlines(self, parts):
        return _joined(self.inline(part) for part in parts)

    def inline(self, part):
        match part:
            case str():
                return part
            case Strong():
                return format_html("<b>{}</b>", self.inlines(part.inlines))
            case Emph():
                return format_html("<em>{}</em>", self.inlines(part.inlines))
            case Link():
                return format_html('<a href="{}">{}</a>', part.url, self.inlines(part.inlines))
            case Note():
                self.notes.append((part.number, self.inlines(part.inlines)))
                return format_html(
                    '<a class="appel" id="appel-{0}" href="#note-{0}"><span class="cache">Note </span>{0}</a>',
                    part.number,
                )
        raise TypeError(f"Not an inline: {part!r}")

    def told_notes(self):
        if not self.notes:
            return ""
        row = (
            '<li id="note-{0}" value="{0}">{1} <a href="#appel-{0}" '
            'aria-label="Revenir à l’appel de la note {0}">↑</a></li>'
        )
        rows = format_html_join("", row, self.notes)
        return format_html(
            '<h{0} id="notes">Notes</h{0}><ol class="notes-fin">{1}</ol>', SafeString(str(self.level)), rows
        )
