"""What the templates need beyond Django's own tags."""

from __future__ import annotations

import json
from collections.abc import Mapping

from django import template
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template.context import RequestContext
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

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
    """Whether a static file may be imported; the scripts of Django's admin never are."""
    return name.endswith(".js") and not name.startswith("admin/")


@register.simple_tag(takes_context=True)
def importmap(context: RequestContext) -> SafeString:
    """The one inline script of a page: it makes relative imports load the hashed files.

    A storage that rewrites imports inside the files does so by pattern, and breaks on some
    of them; the map leaves the files alone.
    """
    text = json.dumps({"imports": module_addresses()}).translate(_ESCAPES)
    nonce = context["request"].csp_nonce
    script = '<script type="importmap" nonce="{}">{}</script>'
    # The text is JSON whose <, > and & are escaped above.
    return format_html(script, nonce, mark_safe(text))  # noqa: S308


@register.simple_tag(takes_context=True)
def module(context: RequestContext, name: str) -> SafeString:
    """The script of a page, and before it links that fetch all of its modules at once.

    It stands behind the import map, which must be there before the first module is.
    """
    nonce = context["request"].csp_nonce
    links = format_html_join(
        "\n",
        '<link rel="modulepreload" href="{}" nonce="{}">',
        ((static(each), nonce) for each in modules_of(name)),
    )
    return format_html('{}\n<script type="module" src="{}"></script>', links, static(name))
