"""Pictures of every kind, drawn for the tests."""

from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

RED, GREEN, BLUE, WHITE = (200, 30, 30), (30, 160, 60), (30, 60, 200), (255, 255, 255)


def encoded(picture: Image.Image, kind: str = "JPEG", **more: Any) -> bytes:
    made = BytesIO()
    picture.save(made, kind, **more)
    return made.getvalue()


def plain(mode: str = "RGB", size: tuple[int, int] = (200, 200), colour: Any = RED) -> Image.Image:
    return Image.new(mode, size, colour)


def jpeg(colour: tuple[int, int, int] = RED, side: int = 200) -> bytes:
    return encoded(plain(size=(side, side), colour=colour))


def quarters() -> Image.Image:
    """Red above green at the left, blue above white at the right."""
    picture = plain(size=(400, 400))
    draw = ImageDraw.Draw(picture)
    for place, colour in (((0, 200), GREEN), ((200, 0), BLUE), ((200, 200), WHITE)):
        draw.rectangle((*place, place[0] + 199, place[1] + 199), fill=colour)
    return picture


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


def near(picture: Image.Image, place: tuple[int, int]) -> tuple[int, int, int]:
    """The one of the four colours that a pixel is nearest to."""
    pixel: Any = picture.getpixel(place)
    return min((RED, GREEN, BLUE, WHITE), key=lambda each: sum(abs(a - b) for a, b in zip(each, pixel, strict=True)))
