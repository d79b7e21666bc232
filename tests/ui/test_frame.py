"""What stands around every page: one search a page, and a menu that has what each role needs."""

import re

import pytest

from clinic.access import Role
from clinic.tenancy.scope import clinic_scope
from tests.world import make_patient

LISTS = ("/patients/", "/assessments/", "/worklists/due/", "/worklists/alerts/", "/reviews/")


def menu(client) -> list[str]:
    """The words of the menu at the side."""
    rail = client.get("/help/").content.decode().partition('class="rail"')[2].partition("</nav>")[0]
    return [
        " ".join(re.sub(r"<[^>]*>", "", label).split()) for label in re.findall(r"rail-label\">(.*?)</a>", rail, re.S)
    ]


@pytest.mark.parametrize("path", ["/", "/help/", *LISTS, "patient/", "patient/assessments/"])
def test_page_has_one_search(riverside, sign_in, path):
    with clinic_scope(riverside.clinic):
        key = make_patient().pk
    page = sign_in(riverside.clinician).get(
        path.replace("patient/", f"/patients/{key}/", 1) if path[0] == "p" else path
    )
    assert page.content.decode().count('type="search"') == 1


@pytest.mark.parametrize("path", LISTS)
def test_list_leads_to_the_finder_where_its_own_search_is(riverside, sign_in, path):
    top = sign_in(riverside.clinician).get(path).content.decode().partition("<main")[0]
    assert re.findall(r'class="find-open"\s*href="([^"]*)"', top) == ["/find/"]


def test_programmers_pages_are_in_the_menu_of_who_looks_after_programs_and_help_in_everybodys(riverside, sign_in):
    menus = {role: menu(sign_in(riverside.users[role])) for role in Role}
    assert [role for role, words in menus.items() if "API documentation" in words] == [Role.OWNER]
    assert [role for role, words in menus.items() if "People" in words] == [Role.OWNER]
    assert [role for role, words in menus.items() if "Help" in words] == list(Role)
