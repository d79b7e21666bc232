"""Pages are set in one type, whatever the machine has."""

import pytest

LOADED = """async weight => {
    const family = getComputedStyle(document.body).fontFamily.split(",")[0];
    return (await document.fonts.load(`${weight} 15px ${family}`)).map(face => face.status);
}"""


@pytest.mark.parametrize("weight", [400, 500, 550, 600, 650, 700])
def test_each_weight_that_pages_use_comes_with_them(visit, weight):
    page = visit()
    page.goto("/accounts/login/")
    assert page.evaluate(LOADED, weight) == ["loaded"]
