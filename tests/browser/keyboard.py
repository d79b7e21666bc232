"""Going through a page by the keyboard alone."""

from playwright.sync_api import Locator, Page, expect

FAR = 120  # controls that a page has at most


def reach(page: Page, target: Locator) -> None:
    """Go on with Tab until what is meant has the focus."""
    for _ in range(FAR):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            break
    expect(target).to_be_focused()


def press_on(page: Page, name: str, role: str = "button") -> None:
    """Go on to what is called so, press it, and wait for the page that it leads to."""
    reach(page, page.get_by_role(role, name=name).first)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def type_into(page: Page, label: str, text: str) -> None:
    reach(page, page.get_by_label(label).first)
    page.keyboard.type(text)
