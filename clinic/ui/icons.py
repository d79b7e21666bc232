"""Icons: references into one file that browsers keep.

Written out in each page, its two dozen icons were a seventh of what is sent, and the same on every page.
"""

from functools import lru_cache

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

FILE = "img/icons.svg"  # made by clinic/ui/built_assets.py of the icons that are named here
USED = {
    "micro": (
        "adjustments-horizontal", "archive-box", "arrow-down", "arrow-down-tray", "arrow-up", "arrow-up-tray",
        "arrow-uturn-left", "arrows-right-left", "bookmark", "chevron-down", "clipboard-document",
        "exclamation-circle", "exclamation-triangle", "link", "pencil", "play", "plus", "printer", "x-mark",
    ),
    "outline": (
        "academic-cap", "archive-box", "bell-alert", "building-office", "calendar-days", "chart-bar", "check-circle",
        "clipboard-document-list", "clock", "code-bracket", "cog-6-tooth", "document-duplicate",
        "ellipsis-horizontal", "exclamation-triangle", "funnel", "globe-alt", "heart", "home", "identification",
        "inbox-arrow-down", "information-circle", "key", "lifebuoy", "light-bulb", "magnifying-glass", "puzzle-piece",
        "star", "sun", "user-circle", "users", "x-circle",
    ),
}  # fmt: skip


@lru_cache(maxsize=256)
def icon(style: str, name: str, size: int, css: str = "") -> SafeString:
    """An icon, of its size also before the file is there, so that nothing moves."""
    if name not in USED[style]:
        raise LookupError(f"The icon “{name}” is not in the file; it must be named in clinic/ui/icons.py.")
    return format_html(
        '<svg width="{0}" height="{0}"{1} aria-hidden="true"><use href="{2}#{3}-{4}"></use></svg>',
        size,
        format_html(' class="{}"', css) if css else "",
        static(FILE),
        style,
        name,
    )
