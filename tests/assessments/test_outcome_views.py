"""The filters of the outcomes as saved views: the lists' own, in the same menu."""

from clinic.lists.models import SavedView
from clinic.tenancy.scope import clinic_scope
from tests.assessments.test_outcomes import ADDRESS

NEW, MENU = "/lists/outcomes/views/new/", "/lists/outcomes/views/"
ASKED = "instrument=gad-7&window=year&part=equity"


def save(client, name="A year on", **more):
    return client.post(NEW, {"name": name, "query": f"{ASKED}&page=2&view=x", **more})["Location"]


def test_view_of_outcomes_opens_with_its_filters_and_its_part(riverside, sign_in):
    client = sign_in(riverside.clinician)
    address = save(client)
    key = address.rstrip("/").rpartition("/")[2]
    opened = client.get(address)["Location"]
    assert opened == f"/outcomes/?{ASKED}&view={key}"
    page = client.get(opened)
    assert (page.status_code, page.context["part"]) == (200, "equity")
    assert page.context["form"]["instrument"].value() == "gad-7"
    menu = client.get(f"{MENU}?{ASKED}&view={key}").content.decode()
    assert "Change “A year on”" in menu
    assert f'href="/views/{key}/"\n           aria-current="true"' in menu


def test_view_of_outcomes_is_in_the_menu_of_its_page_alone(riverside, sign_in):
    client = sign_in(riverside.clinician)
    save(client)
    menus = [f"/lists/{key}/views/" for key in ("outcomes", "patients", "assessments")]
    found = ["A year on" in client.get(path).content.decode() for path in menus]
    assert (found, f'hx-get="{MENU}?' in client.get(ADDRESS).content.decode()) == ([True, False, False], True)


def test_shared_view_of_outcomes_is_for_who_may_see_them(riverside, sign_in):
    address = save(sign_in(riverside.clinician), is_shared="on")
    found = [sign_in(each).get(address).status_code for each in (riverside.owner, riverside.front_desk)]
    assert found == [302, 403]
    assert [sign_in(riverside.front_desk).get(path).status_code for path in (NEW, MENU)] == [403, 403]


def test_page_saves_the_view_as_it_was_asked_for(riverside, sign_in):
    client = sign_in(riverside.clinician)
    page = client.get("/outcomes/?gender=female&show=cases&page=1").content.decode()
    assert f'hx-get="{MENU}?gender=female"' in page
    assert f'href="{NEW}?gender=female"' in client.get(f"{MENU}?gender=female").content.decode()
    with clinic_scope(riverside.clinic):
        assert SavedView.objects.count() == 0
