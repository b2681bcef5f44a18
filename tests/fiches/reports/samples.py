"""Reports written for the tests, in several layouts, and the means to make documents of them."""

import io
import subprocess
import zipfile

import pypandoc

from fiches.reports.lines import Line, Report
from fiches.reports.themes import ThemeWords

THEMES = [
    ThemeWords(1, "Ce qui fait que ça matche", "Pourquoi se mettent-ils à travailler ensemble ?", ("déclic",)),
    ThemeWords(2, "Les leviers et les portes d’entrée", "Quelles occasions permettent le lien ?", ("leviers",)),
    ThemeWords(3, "Faire durer le partenariat", "Qu’est-ce qui fait qu’il continue ?", ("faire durer", "pérenniser")),
    ThemeWords(4, "Avec qui agir", "Qui faut-il connaître autour de l’école ?", ("interlocuteurs", "partenaires")),
    ThemeWords(5, "Pour quoi faire", "À quoi sert ce partenariat ?", ("à quoi ça sert",)),
]

TYPED = """Compte rendu de la rencontre du quartier
Date : 12 mars 2026

THEME 1 : CE QUI FAIT QUE ÇA MATCHE
Paroles des centres sociaux
- On se connaissait grâce à la fête du printemps et cela
  a facilité les premiers pas.
- Venir à plusieurs. Par exemple : avec une habitante.
   o\tChoisir le bon moment
-
Côté école
"On a senti que l’équipe était sincère"
« Ils sont venus nous voir,
ils ont pris le temps,
et ils sont revenus »
Qui prévenir en premier ?
POST IT
Confiance - Temps long – Un café (au centre - ou ailleurs)

3/ Faire durer
Ce que disent les centres sociaux
1) Fixer une date
2) Se revoir (12-30)
[image: ]
Le point de vue des écoles :
Une équipe stable
« On se voit peu ». « On s’écrit » dit une collègue.
"""

TYPED_WRAPPED = "On se connaissait grâce à la fête du printemps et cela a facilité les premiers pas."
TYPED_QUOTED = "« Ils sont venus nous voir, ils ont pris le temps, et ils sont revenus »"
TYPED_GOLDEN = [
    ((6, 7), 1, "centres-sociaux", "idee", TYPED_WRAPPED),
    ((8,), 1, "centres-sociaux", "idee", "Venir à plusieurs."),
    ((8,), 1, "centres-sociaux", "exemple", "Par exemple : avec une habitante."),
    ((9,), 1, "centres-sociaux", "idee", "Choisir le bon moment"),
    ((12,), 1, "partenaires-ecole", "temoignage", "\"On a senti que l’équipe était sincère\""),
    ((13, 14, 15), 1, "partenaires-ecole", "temoignage", TYPED_QUOTED),
    ((16,), 1, "partenaires-ecole", "question", "Qui prévenir en premier ?"),
    ((18,), 1, "post-its", "idee", "Confiance"),
    ((18,), 1, "post-its", "idee", "Temps long"),
    ((18,), 1, "post-its", "idee", "Un café (au centre - ou ailleurs)"),
    ((22,), 3, "centres-sociaux", "idee", "Fixer une date"),
    ((23,), 3, "centres-sociaux", "idee", "Se revoir"),
    ((26,), 3, "partenaires-ecole", "idee", "Une équipe stable"),
    ((27,), 3, "partenaires-ecole", "temoignage", "« On se voit peu »."),
    ((27,), 3, "partenaires-ecole", "temoignage", "« On s’écrit » dit une collègue."),
]  # fmt: skip

# Heading styles, wordings of their own, a footnote, an unknown part.
STYLED = """# Ce qui fait que ça matche

## Ce que disent les centres

- Une rencontre par hasard

    - à la kermesse

- « Il faut oser », dit une directrice.

## Ce que dit l’école

Un mot dans le cahier.

### Une question de confiance

« Les parents nous l’ont demandé. »

## Sur les post-it

Oser - Écouter

# Comment on s’y prend ?

## Ce que disent les centres

- Par la cantine[^1]

# Faire durer le partenariat

## Paroles d’école

1. Écrire une charte
2. La relire

# Bilan de la journée

À refaire.

[^1]: voir l’annexe
"""

STYLED_GOLDEN = [
    (1, "centres-sociaux", "Une rencontre par hasard"),
    (1, "centres-sociaux", "à la kermesse"),
    (1, "centres-sociaux", "« Il faut oser », dit une directrice."),
    (1, "partenaires-ecole", "Un mot dans le cahier."),
    (1, "partenaires-ecole", "Une question de confiance"),
    (1, "partenaires-ecole", "« Les parents nous l’ont demandé. »"),
    (1, "post-its", "Oser"),
    (1, "post-its", "Écouter"),
    (2, "centres-sociaux", "Par la cantine"),
    (2, "centres-sociaux", "voir l’annexe"),
    (3, "partenaires-ecole", "Écrire une charte"),
    (3, "partenaires-ecole", "La relire"),
    (None, None, "À refaire."),
]

# Bold lines for headings, typed bullets, a table with a voice a column.
BOLD = """**Les leviers et les portes d’entrée**

**Échanges des centres**

• la kermesse

• le conseil d’école

**Ce qui aide à se parler**

**Côté école**

« une porte ouverte suffit »

**Avec qui agir**

| Centres sociaux | École | Post-its |
|---|---|---|
| On ne sait pas qui appeler | Trop de sollicitations | Fatigue - Flou |
"""

BOLD_GOLDEN = [
    (2, "centres-sociaux", "la kermesse"),
    (2, "centres-sociaux", "le conseil d’école"),
    (2, "centres-sociaux", "Ce qui aide à se parler"),
    (2, "partenaires-ecole", "« une porte ouverte suffit »"),
    (4, "centres-sociaux", "On ne sait pas qui appeler"),
    (4, "partenaires-ecole", "Trop de sollicitations"),
    (4, "post-its", "Fatigue"),
    (4, "post-its", "Flou"),
]

# Voices first, each with all its themes.
BY_VOICE = """# Atelier du printemps

## Paroles d’école

### Avec qui agir

- La **secrétaire** sait tout
    - elle connaît les familles

### Pour quoi faire ?

> « Les enfants nous voient parler ensemble »

## Regard des centres sociaux

### Avec qui agir

1. Les parents délégués

## Post-its

### Avec qui agir

Le club de foot -- La bibliothèque
"""

BY_VOICE_GOLDEN = [
    (4, "partenaires-ecole", "La secrétaire sait tout"),
    (4, "partenaires-ecole", "elle connaît les familles"),
    (5, "partenaires-ecole", "« Les enfants nous voient parler ensemble »"),
    (4, "centres-sociaux", "Les parents délégués"),
    (4, "post-its", "Le club de foot"),
    (4, "post-its", "La bibliothèque"),
]


def report_of(text, format="txt"):
    """A text as a `Report`, without going through bytes."""
    return Report("essai", format, tuple(Line(n, line) for n, line in enumerate(text.split("\n"), 1)), "")


def document(markdown, extension):
    """The bytes of a .docx or an .odt made of Markdown."""
    command = [pypandoc.get_pandoc_path(), "--from", "markdown-smart", "--to", extension, "--output", "-"]
    return subprocess.run(command, input=markdown.encode(), capture_output=True, check=True).stdout


def archive(parts, **options):
    """The bytes of a zip: {name: content}."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **options) as zipped:
        for name, content in parts.items():
            zipped.writestr(name, content)
    return out.getvalue()


def word(body, **more):
    """The bytes of a .docx made by hand, of the XML of its body; `more`: other parts."""
    types = (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/word/document.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    )
    rels = (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Target="word/document.xml" Type='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
    )
    main = (
        '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f"<w:body>{body}</w:body></w:document>"
    )
    return archive({"[Content_Types].xml": types, "_rels/.rels": rels, "word/document.xml": main, **more})
