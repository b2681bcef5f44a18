"""A prose section, in our limited Markdown → blocks of a document. What the site shows as text stays text here."""

from markdown_it.tree import SyntaxTreeNode

from acteurs.typo import parse

from .document import Emph, Items, Link, Paragraph, Strong


def blocks_of(text, absolute):
    """The blocks of `text`. `absolute`: a function that makes an address of the site whole."""
    return tuple(_blocks(SyntaxTreeNode(parse(text)), absolute))


def _blocks(node, absolute):
    for child in node.children:
        if child.type == "paragraph":
            yield Paragraph(_inlines(child.children[0], absolute))
        else:  # a list: nothing else is enabled in our Markdown
            items = tuple(tuple(_blocks(item, absolute)) for item in child.children)
            numbered = child.type == "ordered_list"
            yield Items(items, numbered=numbered, start=int(child.attrs.get("start", 1)) if numbered else 1)


def _inlines(node, absolute):
    parts = []
    for child in node.children:
        if child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.type == "strong":
            parts.append(Strong(_inlines(child, absolute)))
        elif child.type == "em":
            parts.append(Emph(_inlines(child, absolute)))
        elif child.type == "link":
            parts.append(Link(_inlines(child, absolute), absolute(child.attrs["href"])))
        else:
            parts.append(child.content)
    return tuple(part for part in parts if part)
