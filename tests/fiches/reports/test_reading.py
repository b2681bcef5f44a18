"""Files → lines: encodings, documents, and hostile files, each refused in French within limits."""

import subprocess

import pytest

from fiches import pandoc
from fiches.reports import archives, documents
from fiches.reports.lines import Kind, ReportRefused
from fiches.reports.reading import MAX_SIZE, decode, read_report

from .samples import TYPED, archive, document, word

PARAGRAPH = "<w:p><w:r><w:t>Une idée</w:t></w:r></w:p>"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_text_in_every_encoding(encoding, end):
    text = "Le cœur de l’école – « né » un été…\nDeuxième ligne"
    report = read_report(text.replace("\n", end).encode(encoding), "essai.TXT")
    assert [(line.number, line.text) for line in report.lines] == list(enumerate(text.split("\n"), 1))


def test_an_encoding_that_is_none():
    with pytest.raises(ReportRefused, match="encodage"):
        decode(b"\x81\x8d\xff", "essai.txt")


def test_document_keeps_its_layout():
    markdown = "# Titre\n\n**Gras**\n\n- un\n    - deux\n\n3. trois\n\nligne\\\ncoupée[^1]\n\n"
    markdown += "| a | b |\n|---|---|\n| c | d |\n\n[^1]: note\n"
    lines = read_report(document(markdown, "docx"), "essai.docx").lines
    by_text = {line.text: line for line in lines}
    assert by_text["Titre"].heading == 1
    assert by_text["Gras"].bold
    assert (by_text["un"].level, by_text["deux"].level) == (0, 1)
    assert by_text["trois"].enumerator == 3
    assert by_text["ligne"].number == by_text["coupée"].number
    assert by_text[" note"].kind is Kind.NOTE
    assert (by_text["d"].cell.row, by_text["d"].cell.column) == (1, 1)


def test_paragraphs_are_numbered_as_in_word_empty_ones_included():
    report = read_report(word(PARAGRAPH + "<w:p/>" + PARAGRAPH), "essai.docx")
    assert [line.number for line in report.lines if line.text] == [1, 3]


def test_text_that_reading_cannot_reach_is_counted():
    """Here in an object that pandoc does not know."""
    hidden = "<w:p><w:r><w:object><w:control><w:t>caché</w:t></w:control></w:object></w:r></w:p>"
    assert read_report(word(PARAGRAPH + hidden), "essai.docx").unread == 5


def test_the_same_bytes_have_the_same_print():
    one, other = (read_report(TYPED.encode(), name) for name in ("a.txt", "b.md"))
    assert one.sha256 == other.sha256
    assert len(one.sha256) == 64


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "a.txt", "est vide"),
        (b" \n\t\n", "a.txt", "aucun texte"),
        (b"x" * (MAX_SIZE + 1), "a.txt", "dépasse 20 Mo"),
        (b"x", "a.pdf", "seuls les fichiers"),
        (b"x", "a", "seuls les fichiers"),
        (b"x", "a.docm", "macros"),
        (b"x", "a.doc", "au format .docx"),
        (b"%PDF-1.7", "a.txt", "un PDF"),
        (b"PK\x03\x04xx", "a.txt", "compressé"),
        (b"{\\rtf1", "a.txt", "RTF"),
        (bytes(range(256)) * 40, "a.txt", "encodage"),
        (b"\x01\x02\x03\x04\x05\x06\x07abc", "a.md", "illisibles"),
        (b"du texte", "a.docx", "n’est pas un document"),
        (b"PK\x03\x04 tronque", "a.docx", "abîmé"),
        (bytes.fromhex("D0CF11E0A1B11AE1") + b"x" * 600, "a.docx", "mot de passe"),
        (bytes.fromhex("D0CF11E0A1B11AE1") + b"x" * 600, "a.odt", "mot de passe"),
        (archive({"a.txt": "x"}), "a.docx", "n’est pas un document Word"),
        (archive({"a.txt": "x"}), "a.odt", "n’est pas un document texte LibreOffice"),
        (word(PARAGRAPH), "a.odt", "nommez-le en .docx"),
        (document("x", "odt"), "a.docx", "nommez-le en .odt"),
        (word(PARAGRAPH, **{"word/vbaProject.bin": b"x"}), "a.docx", "macros"),
        (word("<w:p/>"), "a.docx", "aucun texte"),
        (word("<w:p>"), "a.docx", "n’a pas pu être lu|abîmé"),
        ("a" * 100_001, "a.txt", "paragraphe"),
        ("a\n" * 50_001, "a.txt", "lignes"),
    ],
)
def test_refused(data, name, said):
    with pytest.raises(ReportRefused, match=said):
        read_report(data.encode() if isinstance(data, str) else data, name)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_before_anyone_reads_them(encoding):
    evil = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'.encode(encoding)
    with pytest.raises(ReportRefused, match="DTD"):
        read_report(word(PARAGRAPH, **{"customXml/item1.xml": evil}), "a.docx")


def test_zip_bombs(monkeypatch):
    with pytest.raises(ReportRefused, match="volume anormal"):
        read_report(word(PARAGRAPH, **{"word/media/a.bmp": b"\0" * 30_000_000}), "a.docx")
    monkeypatch.setattr(archives, "MAX_PARTS", 2)
    with pytest.raises(ReportRefused, match="volume anormal"):
        read_report(word(PARAGRAPH), "a.docx")
    monkeypatch.setattr(archives, "MAX_PARTS", 5000)
    monkeypatch.setattr(archives, "MAX_XML", 100)
    with pytest.raises(ReportRefused, match="volume anormal"):
        read_report(word(PARAGRAPH), "a.docx")


def test_an_encrypted_odt():
    parts = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": "<x/>",
        "META-INF/manifest.xml": "<m><encryption-data/></m>",
    }
    with pytest.raises(ReportRefused, match="mot de passe"):
        read_report(archive(parts), "a.odt")


def test_macros_of_an_odt():
    parts = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}
    with pytest.raises(ReportRefused, match="macros"):
        read_report(archive({**parts, "Basic/Standard/Module1.xml": "<x/>"}), "a.odt")
    with pytest.raises(ReportRefused, match=r"n’a pas pu être lu|aucun texte"):  # an empty library is no macro
        read_report(archive({**parts, "Basic/script-lc.xml": "<x/>"}), "a.odt")


def test_pandoc_runs_in_its_sandbox_with_bounded_memory_and_time(monkeypatch):
    seen = {}

    def run(command, **options):
        seen.update(options, command=command)
        raise subprocess.TimeoutExpired(command, options["timeout"])

    monkeypatch.setattr(pandoc.subprocess, "run", run)
    with pytest.raises(ReportRefused, match="trop lourd"):
        read_report(word(PARAGRAPH), "a.docx")
    assert "--sandbox" in seen["command"]
    assert "-M256M" in seen["command"]
    assert seen["timeout"] == 20
    assert set(seen["env"]) == {"PATH", "HOME", "LANG"}


def test_a_document_that_needs_too_much_memory(monkeypatch):
    monkeypatch.setattr(pandoc, "MEMORY", "8M")
    numbered = "".join(PARAGRAPH.replace("Une", str(n * 7919)) for n in range(8_000))
    with pytest.raises(ReportRefused, match="trop lourd"):
        read_report(word(numbered), "a.docx")


def test_a_picture_is_noted():
    lines = documents._Walker().walk(
        {
            "meta": {},
            "blocks": [
                {"t": "Para", "c": [{"t": "Image", "c": [["", [], []], [{"t": "Str", "c": "mur"}], ["a", ""]]}]}
            ],
        }
    )
    assert [(line.number, line.text, line.kind) for line in lines] == [(1, "mur", Kind.IMAGE)]
