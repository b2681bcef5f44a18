"""A real Chromium on the real content. The browser is the machine's own: nothing is downloaded."""

import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

# Playwright's loop makes Django believe that tests run in async code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="session")
def chromium():
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not path:
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail("No Chromium on this machine, and REQUIRE_BROWSER is set.")
        pytest.skip("NO CHROMIUM FOUND: the browser tests did not run.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def site(live_server, committed_content):
    """The address of a live site that holds the shipped content."""
    return live_server.url


@pytest.fixture
def visit(chromium, site):
    """`visit(path, width=1280, dark=False, script=True)`: a page opened in a fresh browser profile.

    The page fails the test at the end if it broke the CSP, raised a script error or asked another host
    for anything.
    """
    contexts, faults = [], []

    def open_page(path, *, width=1280, dark=False, script=True):
        context = chromium.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            java_script_enabled=script,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: faults.append(f"{path}: {m.text}") if m.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(f"{path}: {error}"))
        page.on("request", lambda r: faults.append(r.url) if not r.url.startswith((site, "data:")) else None)
        page.goto(site + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []
