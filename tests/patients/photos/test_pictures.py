"""What is made of a picture, whatever it is; and what is refused before its pixels are read."""

import struct
import zlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from clinic.patients.models.photos.photo import LARGEST
from clinic.patients.photos.pictures import (
    MOST_SCANS,
    NO_PICTURE,
    SCAN,
    SIDE,
    TOO_FEW_PIXELS,
    TOO_MANY_PIXELS,
    Refused,
    small_picture,
)
from tests.patients.photos.drawn import BLUE, GREEN, RED, WHITE, encoded, jpeg, near, opened, plain, quarters

PLACE = "51.5 N"
ORIENTED = 0x0112
GPS = 0x8825


def made_of(content: bytes) -> Image.Image:
    return opened(small_picture(BytesIO(content)))


def refusal_of(content: bytes) -> str:
    with pytest.raises(Refused) as caught:
        small_picture(BytesIO(content))
    return str(caught.value)


def with_exif(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTED], exif[0x010E] = orientation, PLACE  # which way up, and a description
    exif.get_ifd(GPS)[1] = "N"
    return exif


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("size", [(1000, 1000), (1600, 900), (600, 1200), (100, 80)])
def test_picture_of_each_kind_becomes_a_small_square_jpeg(kind, size):
    made = made_of(encoded(plain(size=size), kind))
    side = min(SIDE, *size)
    assert (made.format, made.mode, made.size, near(made, (5, 5))) == ("JPEG", "RGB", (side, side), RED)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_png_of_every_mode_becomes_colours(mode):
    made = made_of(encoded(plain().convert(mode) if mode != "I;16" else plain(mode, colour=20_000), "PNG"))
    assert (made.mode, made.size) == ("RGB", (200, 200))


def test_grey_of_16_bits_stays_grey():
    assert made_of(encoded(plain("I;16", colour=32_768), "PNG")).getpixel((9, 9)) == (128, 128, 128)


@pytest.mark.parametrize("mode", ["CMYK", "L"])
def test_jpeg_for_print_and_of_greys_becomes_colours(mode):
    made = made_of(encoded(plain().convert(mode)))
    assert (made.mode, made.size) == ("RGB", (200, 200))


def test_what_is_transparent_becomes_white():
    assert near(made_of(encoded(plain("RGBA", colour=(0, 0, 0, 0)), "PNG")), (9, 9)) == WHITE


def test_one_transparent_colour_becomes_white():
    picture = plain("P", colour=0)
    assert near(made_of(encoded(picture, "PNG", transparency=0)), (9, 9)) == WHITE


# Where the corner that was red is after a camera said how it was held: its numbers, and left or right, top or bottom.
@pytest.mark.parametrize(
    ("orientation", "red"), [(1, (0, 0)), (2, (1, 0)), (3, (1, 1)), (4, (0, 1)), (6, (1, 0)), (8, (0, 1))]
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_picture_is_turned_as_the_camera_was_held(kind, orientation, red):
    made = made_of(encoded(quarters(), kind, exif=with_exif(orientation)))
    corners = {(x, y): near(made, (40 + 240 * x, 40 + 240 * y)) for x in (0, 1) for y in (0, 1)}
    assert corners[red] == RED


def test_turned_picture_has_every_corner_in_its_place():
    made = made_of(encoded(quarters(), exif=with_exif(6)))
    assert [near(made, place) for place in ((40, 40), (280, 40), (40, 280), (280, 280))] == [GREEN, RED, WHITE, BLUE]


def test_nothing_but_pixels_is_left_of_a_jpeg():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = encoded(plain(), exif=with_exif(), icc_profile=profile, comment=PLACE, xmp=b"<x>51.5 N</x>")
    small = small_picture(BytesIO(content))
    left = set(opened(small).info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert (content.count(PLACE.encode()), small.count(PLACE.encode()), left, dict(opened(small).getexif())) == (
        3, 0, set(), {},
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_nothing_but_pixels_is_left_of_other_kinds(kind):
    text = PngInfo()
    text.add_text("Comment", PLACE)
    content = encoded(plain(), kind, exif=with_exif(), **({"pnginfo": text} if kind == "PNG" else {}))
    small = small_picture(BytesIO(content))
    assert (PLACE.encode() in content, PLACE.encode() in small, dict(opened(small).getexif())) == (True, False, {})


def test_picture_that_moves_becomes_its_first_frame():
    frames = [plain(colour=colour) for colour in (GREEN, BLUE, RED)]
    for kind in ("PNG", "WEBP"):
        made = made_of(encoded(frames[0], kind, save_all=True, append_images=frames[1:]))
        assert (getattr(made, "n_frames", 1), near(made, (9, 9))) == (1, GREEN)


def test_tall_picture_keeps_what_is_above_its_middle():
    picture = plain(size=(400, 1000), colour=WHITE)
    picture.paste(RED, (0, 250, 400, 270))
    assert near(made_of(encoded(picture)), (160, 16)) == RED


def test_noise_is_a_few_kilobytes_fewer_than_may_be_kept():
    noise = Image.effect_noise((640, 640), 120).convert("RGB")
    assert len(small_picture(BytesIO(encoded(noise, "PNG")))) < LARGEST // 2


def png_of(width: int, height: int) -> bytes:
    """The beginning of a PNG that says it is so large, with hardly anything in it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 9)), (b"IEND", b""))
    sums = [(name, data, struct.pack(">I", zlib.crc32(name + data))) for name, data in parts]
    return b"\x89PNG\r\n\x1a\n" + b"".join(struct.pack(">I", len(data)) + name + data + end for name, data, end in sums)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")  # as it is where the record is served
@pytest.mark.parametrize(
    "size", [(4001, 3000), (12_000_001, 1), (5001, 5000), (9000, 9000), (50_000, 50_000), (2**31 - 1,) * 2]
)
def test_bomb_is_refused_by_the_size_that_it_says(size):
    assert refusal_of(png_of(*size)) == TOO_MANY_PIXELS


def test_jpeg_of_a_telephone_is_read_whatever_its_size():
    assert made_of(jpeg(side=4900)).size == (SIDE, SIDE)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(5001, 5000), (65_000, 65_000)])
def test_jpeg_that_says_more_pixels_than_it_has_is_refused(size):
    content = jpeg()
    place = content.index(b"\xff\xc0") + 5
    assert refusal_of(content[:place] + struct.pack(">HH", *size) + content[place + 4 :]) == TOO_MANY_PIXELS


def test_jpeg_of_endless_scans_is_refused_before_it_is_decoded():
    content = encoded(plain(), progressive=True)
    many = content + SCAN * (MOST_SCANS + 1)
    assert (refusal_of(many), content.count(SCAN) < MOST_SCANS // 2) == (NO_PICTURE, True)


@pytest.mark.parametrize("size", [(1, 1), (47, 400), (400, 47)])
def test_picture_of_hardly_a_pixel_is_refused(size):
    assert refusal_of(encoded(plain(size=size), "PNG")) == TOO_FEW_PIXELS


WRONG = {
    "nothing": b"",
    "text": b"This is no picture.",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "html": b"<!doctype html><script>alert(1)</script>",
    "gif": encoded(plain(), "GIF"),
    "bmp": encoded(plain(), "BMP"),
    "tiff": encoded(plain(), "TIFF"),
    "eps": encoded(plain(), "EPS"),
    "half a jpeg": jpeg()[: len(jpeg()) // 2],
    "half a png": encoded(plain(), "PNG")[:200],
    "half a webp": encoded(quarters(), "WEBP")[:200],
    "only the beginning of a jpeg": jpeg()[:20],
    "a png of nothing": png_of(200, 200),
}


@pytest.mark.parametrize("content", WRONG.values(), ids=WRONG.keys())
def test_what_is_no_picture_of_the_three_kinds_is_refused(content):
    assert refusal_of(content) == NO_PICTURE


def test_picture_with_a_page_behind_it_leaves_the_page_behind():
    page = b"<script>alert(1)</script>"
    assert (page in small_picture(BytesIO(jpeg() + page)), near(made_of(jpeg() + page), (9, 9))) == (False, RED)


ORIGINALS = [encoded(quarters(), kind, exif=with_exif(6)) for kind in ("JPEG", "PNG", "WEBP")]


@given(st.sampled_from(ORIGINALS), st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=20))
def test_broken_picture_is_refused_or_made_small_and_nothing_else(content, changes):
    broken = bytearray(content)
    for place, value in changes:
        broken[place % len(broken)] = value
    try:
        made = made_of(bytes(broken))
    except Refused:
        return
    assert (made.format, max(made.size) <= SIDE) == ("JPEG", True)
