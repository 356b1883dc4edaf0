"""What the templates need beyond Django's own tags."""

from __future__ import annotations

import json
from collections.abc import Mapping

from django import template
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template.context import Context
from django.templatetags.static import static
from django.urls import NoReverseMatch
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from waves import addresses
from waves.web.modules import modules_of

register = template.Library()

#: Characters that could end the script element; JSON may carry them as escapes.
_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&"}


def module_addresses() -> Mapping[str, str]:
    """From the address that a module imports to the hashed one that is served.

    Without a manifest (while developing) files keep their names, and there is nothing to map.
    """
    hashed: Mapping[str, str] = getattr(staticfiles_storage, "hashed_files", {})
    base = settings.STATIC_URL
    return {f"{base}{name}": f"{base}{to}" for name, to in hashed.items() if is_module(name)}


def is_module(name: str) -> bool:
    """Whether a static file is a module of ours; others of the project are not ours to map."""
    return name.endswith(".js") and name.startswith("waves/")


@register.simple_tag(takes_context=True)
def importmap(context: Context) -> str:
    """The one inline script of a page: it makes relative imports load the hashed files.

    A storage that rewrites imports inside the files does so by pattern, and breaks on some
    of them; the map leaves the files alone. Where it maps nothing there is no script.
    """
    mapped = module_addresses()
    if not mapped:
        return ""
    text = json.dumps({"imports": mapped}).translate(_ESCAPES)
    script = '<script type="importmap"{}>{}</script>'
    # The text is JSON whose <, > and & are escaped above.
    return format_html(script, nonce_attribute(context), mark_safe(text))  # noqa: S308


@register.simple_tag(takes_context=True)
def module(context: Context, name: str, *imported: str) -> SafeString:
    """The script of a page, and before it links that fetch all of its modules at once.

    It stands behind the import map, which must be there before the first module is. Modules that
    the script imports while it runs, and at once, are named beside it.
    """
    nonce = nonce_attribute(context)
    links = format_html_join(
        "\n",
        '<link rel="modulepreload" href="{}"{}>',
        ((static(each), nonce) for each in _modules_of(name, *imported)),
    )
    return format_html('{}\n<script type="module" src="{}"></script>', links, static(name))


def _modules_of(*names: str) -> list[str]:
    return list(dict.fromkeys(each for name in names for each in modules_of(name)))


def nonce_attribute(context: Context) -> str:
    """The nonce of the policy that this page is served with, as an attribute; or nothing.

    django-csp and Django 6 make one when it is first written, and only then is it in the policy: so
    it is written, and not tested.
    """
    request = getattr(context, "request", None) or context.get("request")
    for name in ("csp_nonce", "_csp_nonce"):
        nonce = getattr(request, name, None)
        if nonce is not None:
            return format_html(' nonce="{}"', nonce)
    return ""


@register.simple_tag
def address(name: str, *args: object) -> str:
    """An address of Waves, under whichever prefix and namespace the project includes it.

    Empty where it includes none, or where a slug is such that no address can have it.
    """
    try:
        return addresses.address(name, *args)
    except NoReverseMatch:
        return ""
