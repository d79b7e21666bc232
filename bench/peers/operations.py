"""What the bench asks of each peer: its addresses, in which {word} and {page} are filled in by `address`."""

from urllib.parse import quote_plus

FIRST, SORT, SEARCH, PAGE, FILTER = (
    "first page",
    "by date of birth",
    "search {word}",
    "page {page}",
    "filter female",
)


def admin(model: str) -> dict[str, str]:
    path = f"/admin/peers/{model}/"
    return {
        FIRST: path,
        SORT: f"{path}?o=3",
        SEARCH: f"{path}?q={{word}}",
        PAGE: f"{path}?p={{page}}",
        FILTER: f"{path}?gender__exact=female",
    }


REST_FRAMEWORK = {
    FIRST: "/api/patients/",
    SORT: "/api/patients/?ordering=date_of_birth",
    SEARCH: "/api/patients/?search={word}",
    PAGE: "/api/patients/?page={page}",
    FILTER: "/api/patients/?gender=female",
}
TABLES2 = {
    FIRST: "/patients/",
    SORT: "/patients/?sort=date_of_birth",
    SEARCH: "/patients/?full_name__icontains={word}",
    PAGE: "/patients/?page={page}",
    FILTER: "/patients/?gender=female",
}
OPERATIONS: dict[str, dict[str, str]] = {
    "admin": admin("patient"),
    "admin, tuned": admin("patienttuned"),
    "REST framework": REST_FRAMEWORK,
    "tables2": TABLES2,
    "tables2, fragment": TABLES2,
}
HEADERS: dict[str, dict[str, str]] = {"tables2, fragment": {"HX-Request": "true"}}


def address(peer: str, operation: str, *, word: str = "", page: int = 1) -> str:
    return OPERATIONS[peer][operation].format(word=quote_plus(word), page=page)
