"""What a patient's browser does at a link, and what it is shown."""

import re
from uuid import uuid4

from django.test import Client

BORN = "12 March 1980"
ALL = {f"answer-{code}": "1" for code in range(1, 11)}
SECRET = "Quendolyn Secretname"


def let_in(link: str, born: str = BORN) -> Client:
    """A browser that wrote the date of birth."""
    browser = Client()
    browser.get(link)
    answer = browser.post(link, {"born": born})
    assert (answer.status_code, answer["Location"]) == (302, link)
    return browser


def link_in(shown) -> str:
    """The path of the link on the page that shows it."""
    assert shown.status_code == 200, shown.content.decode()
    (found,) = re.findall(r'value="http://testserver(/answer/[a-z0-9]+/)"', shown.content.decode())
    return found


def answers(browser: Client, link: str, version: object = "", **chosen: str):
    return browser.post(f"{link}answers/", {"version": version, "page": uuid4(), **chosen})


def chosen(browser: Client, link: str) -> list[str]:
    """What is chosen on the form that is shown."""
    inputs = re.findall(r"<input type=\"radio\"[^>]*>", browser.get(link).content.decode())
    found = [re.search(r'name="answer-(\w+)"\s+value="(\w+)"', text) for text in inputs if "checked" in text]
    return [f"{match[1]}={match[2]}" for match in found if match]


def dead_page() -> tuple[int, str]:
    answer = Client().get("/answer/nobodyeverhadthistoken/")
    return answer.status_code, shown(answer)


def shown(answer) -> str:
    """A page without the nonce of its scripts, which differs, and the hashes of static files, which hold any digits."""
    return re.sub(r'nonce="[^"]*"|"/static/[^"]*"', "", answer.content.decode())


def same_as_dead(answer) -> None:
    assert (answer.status_code, shown(answer)) == dead_page()
