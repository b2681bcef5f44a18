"""What other sites and search engines are told of a published sheet (schema.org, as JSON-LD)."""

from django.utils.timezone import localtime

from .models import Genre


def structured(fiche, reading, url, publisher):
    """The sheet as a schema.org graph (a dict): an Article, and a HowTo when it is a path to follow.

    `url`: its absolute address; `publisher`: the name shown on the site. Public fields only.
    """
    article = {
        "@type": "Article",
        "@id": url,
        "headline": fiche.titre,
        "description": fiche.en_bref,
        "inLanguage": "fr",
        "articleSection": fiche.theme.titre,
        "datePublished": localtime(fiche.published_at).date().isoformat(),
        "publisher": {"@type": "Organization", "name": publisher},
        "isAccessibleForFree": True,
    }
    if fiche.reviewed_on:
        article["dateModified"] = fiche.reviewed_on.isoformat()
    graph = [article]
    steps = [step for _, _, group in reading.horizons for step in group]
    if fiche.genre == Genre.PRATIQUE and steps:
        graph.append(
            {
                "@type": "HowTo",
                "name": fiche.titre,
                "description": fiche.en_bref,
                "inLanguage": "fr",
                "step": [
                    {"@type": "HowToStep", "position": n, "name": etape.titre, "text": etape.texte}
                    for n, etape in steps
                ],
            }
        )
    return {"@context": "https://schema.org", "@graph": graph}
