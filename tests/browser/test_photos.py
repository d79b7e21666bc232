"""A photo in the browser: added, seen beside the name, refused, replaced and removed; at a desk and on a phone."""

from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from clinic.patients.models import Patient
from clinic.patients.photos.actions import set_photo
from clinic.tenancy.scope import clinic_scope
from tests.patients.photos.drawn import BLUE, GREEN, encoded, jpeg, quarters
from tests.world import Writer, make_patient

WIDTHS = [1280, 390]
LOADED = "image => image.complete && image.naturalWidth"
COLOUR = """image => {
  const drawn = new OffscreenCanvas(1, 1).getContext("2d");
  drawn.drawImage(image, 0, 0, 1, 1);
  return [...drawn.getImageData(0, 0, 1, 1).data].slice(0, 3);
}"""


@pytest.fixture
def patient(practice) -> Patient:
    with clinic_scope(practice.clinic):
        return make_patient(full_name=f"Ana Photographed-{uuid4().hex[:6]}")


def choose(page: Page, patient: Patient, content: bytes) -> None:
    file = {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": content}
    page.get_by_label("Photo", exact=True).set_input_files(file)  # type: ignore[arg-type]
    with page.expect_navigation():
        page.get_by_role("button", name=f"Save the photo for {patient.full_name}").click()


def in_banner(page: Page) -> Locator:
    return page.get_by_role("region", name="Patient", exact=True).get_by_role("img")


def put(practice, patient: Patient, colour: tuple[int, int, int]) -> None:
    with clinic_scope(practice.clinic):
        set_photo(by=Writer(), id=patient.pk, content=jpeg(colour, side=320))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_photo_is_added_seen_in_the_banner_and_removed(practice, visit, watch, patient, width, theme):
    page = visit(practice.clinician, width=width, theme=theme)
    page.goto(f"/patients/{patient.pk}/details/")
    expect(in_banner(page)).to_have_count(0)
    page.get_by_role("link", name="Add, change or remove the photo").click()
    watch.provokes(422, f"/patients/{patient.pk}/photo/change/")
    choose(page, patient, b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    expect(page.get_by_text("This is no picture that can be read.").first).to_be_visible()
    choose(page, patient, encoded(quarters()))
    expect(page.get_by_text("Photo saved.")).to_be_visible()
    for step in ("details/", "", "history/"):
        page.goto(f"/patients/{patient.pk}/{step}")
        expect(in_banner(page)).to_have_accessible_name(f"Photo of {patient.full_name}")
        assert in_banner(page).evaluate(LOADED) == 320
        box = in_banner(page).bounding_box() or {}
        assert (box["width"], box["height"]) == (44, 44)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(f"/patients/{patient.pk}/photo/change/")
    with page.expect_navigation():
        page.get_by_role("button", name=f"Remove the photo of {patient.full_name}").click()
    expect(page.get_by_text("Photo removed.")).to_be_visible()
    expect(in_banner(page)).to_have_count(0)


def test_another_photo_is_shown_at_once(practice, visit, patient):
    put(practice, patient, BLUE)
    page = visit(practice.front_desk)
    page.goto(f"/patients/{patient.pk}/photo/change/")
    seen = [in_banner(page).evaluate(COLOUR)]
    choose(page, patient, jpeg(GREEN, side=320))
    expect(page.get_by_text("Photo saved.")).to_be_visible()
    seen.append(in_banner(page).evaluate(COLOUR))
    assert [colour.index(max(colour)) for colour in seen] == [2, 1]


@pytest.mark.parametrize("width", WIDTHS)
def test_photo_stays_in_sight_and_is_printed_with_the_banner(practice, visit, patient, width):
    put(practice, patient, BLUE)
    page = visit(practice.clinician, width=width)
    page.set_viewport_size({"width": width, "height": 300})
    page.goto(f"/patients/{patient.pk}/details/")
    page.mouse.wheel(0, 5000)
    expect(in_banner(page)).to_be_in_viewport()
    page.emulate_media(media="print")
    expect(in_banner(page)).to_be_visible()
