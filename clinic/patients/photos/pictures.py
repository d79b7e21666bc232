"""Reading a picture that somebody sent, whatever it is, and making a small one of its pixels alone."""

from io import BytesIO
from typing import IO

from PIL import Image, ImageOps
from PIL.JpegImagePlugin import JpegImageFile

SIDE = 320  # pixels of a photo, each way
SMALLEST = 48  # pixels each way, below which nobody is known by it
MOST_PIXELS = 25_000_000  # of a JPEG, as most telephones take them; it is decoded as small as will do
MOST_DECODED = 12_000_000  # of others, which are decoded whole: it takes 4 to 16 bytes for each
MOST_SCANS = 100  # of a progressive JPEG; each goes over the whole picture
SCAN = b"\xff\xda"  # how a scan of a JPEG begins
ABOVE = (0.5, 0.4)  # where a tall or wide picture is cut: faces are above the middle
QUALITY = 75
FORMATS = ("JPEG", "PNG", "WEBP")
NO_PICTURE = "This is no picture that can be read. Choose a JPEG, PNG or WebP file."
TOO_MANY_PIXELS = (
    "This picture has too many pixels: a JPEG may have 25 million, others 12. Make it smaller, or take it with fewer."
)
TOO_FEW_PIXELS = f"This picture is too small to know somebody by. It takes {SMALLEST} pixels each way at least."

Image.MAX_IMAGE_PIXELS = MOST_PIXELS  # of more Pillow warns, and twice as many it does not open


class Refused(ValueError):
    """The file cannot be a photo; the message is for whoever sent it."""


def small_picture(file: IO[bytes]) -> bytes:
    """A JPEG of 320 pixels a side at most, upright, on white, with nothing in it but pixels; raises Refused.

    Its format, size and frames are read first, and pixels only when there are not too many. Of a picture that moves it
    is the first frame.
    """
    try:
        with Image.open(file, formats=FORMATS) as picture:
            _check_size(picture)
            if isinstance(picture, JpegImageFile):
                _check_scans(file)
            return _encoded(_on_white(_cut(picture)))
    except Image.DecompressionBombError as error:
        raise Refused(TOO_MANY_PIXELS) from error
    except Refused:
        raise
    except Exception as error:  # decoders stumble over wrong files in ways of their own
        raise Refused(NO_PICTURE) from error


def _check_size(picture: Image.Image) -> None:
    most = MOST_PIXELS if isinstance(picture, JpegImageFile) else MOST_DECODED
    if picture.width * picture.height > most:
        raise Refused(TOO_MANY_PIXELS)
    if min(picture.size) < SMALLEST:
        raise Refused(TOO_FEW_PIXELS)


def _check_scans(file: IO[bytes]) -> None:
    """Refuse a JPEG that is small and takes minutes; raises Refused."""
    place = file.tell()
    file.seek(0)
    scans = file.read().count(SCAN)
    file.seek(place)
    if scans > MOST_SCANS:
        raise Refused(NO_PICTURE)


def _cut(picture: Image.Image) -> Image.Image:
    """A square of the picture, upright; it is made smaller as early as it can be, which saves most of the memory."""
    picture.draft(None, (2 * SIDE, 2 * SIDE))
    plain = picture
    if picture.mode.startswith("I"):  # grey of 16 bits, which a conversion to colours would make white
        plain = picture.convert("I").point(lambda value: value / 256).convert("L")
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    plain = plain if plain.mode == mode else plain.convert(mode)
    smaller = plain.reduce(max(1, min(plain.size) // (2 * SIDE)))
    upright = ImageOps.exif_transpose(smaller)
    side = min(SIDE, *upright.size)
    return ImageOps.fit(upright, (side, side), centering=ABOVE)


def _on_white(picture: Image.Image) -> Image.Image:
    """The pixels on a white ground, as a new picture: what was known of the old one stays behind."""
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A") if picture.mode == "RGBA" else None)
    return ground


def _encoded(picture: Image.Image) -> bytes:
    made = BytesIO()
    picture.save(made, "JPEG", quality=QUALITY, optimize=True)
    return made.getvalue()
