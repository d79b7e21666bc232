"""Headers that programs may send."""

from drf_spectacular.utils import OpenApiParameter

KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Any text of yours, a new one for each change. The same change sent again with it, as after an answer "
    "that was lost, is not done twice and is answered with the record as it is; other content is refused with 409 "
    "`key_taken`. Known for seven days. The `id` of what is created does the same, with `id_taken`.",
)
