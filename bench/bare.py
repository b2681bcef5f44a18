"""The measure of all things: a Django application that returns ready-made bytes, and does nothing else.

Served by the same server with the same settings; `BARE_PAGES` names a JSON file: {path: {"type", "encoding", "body"}},
the bodies in base64.
"""

import base64
import json
import os
from pathlib import Path

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse, HttpResponseNotFound
from django.urls import re_path

PAGES = {
    path: (base64.b64decode(page["body"]), page["type"], page["encoding"])
    for path, page in json.loads(Path(os.environ["BARE_PAGES"]).read_text()).items()
}


def page(request):
    found = PAGES.get(request.get_full_path())
    if found is None:
        return HttpResponseNotFound()
    body, content_type, encoding = found
    response = HttpResponse(body, content_type=content_type, headers={"Content-Length": len(body)})
    if encoding:
        response["Content-Encoding"] = encoding
    return response


urlpatterns = [re_path("", page)]

settings.configure(ROOT_URLCONF=__name__, SECRET_KEY="bare" * 16, ALLOWED_HOSTS=["127.0.0.1"], MIDDLEWARE=[])
import django  # noqa: E402

django.setup()
application = WSGIHandler()
