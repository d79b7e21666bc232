"""Which of the two services, patients and assessments, answers an address and does a piece of work.

A process is one of them, or `all`. Everything that is not named here is the patients' service's: signing in, people,
settings of the clinic, lists' own pages. nginx's paths and the rules of the balancer of AWS are compared with this.
"""

import re

from django.conf import settings

SERVICES = ("all", "patients", "assessments")
# As the balancer of AWS writes them: `*` is anything, slashes too.
ASSESSMENTS_PATHS = (
    "/assessments/*",
    "/worklists/*",
    "/patients/*/assessments/",
    "/patients/*/course/",
    "/patients/*/plans/",
    "/patients/*/episodes/",
    "/patients/*/alerts/*",
    "/patients/*/requests/",
    "/plans/*",
    "/episodes/*",
    "/requests/*",
    "/answer/*",
    "/handover/*",
    "/instruments/*",
    "/settings/",
    "/clinic/start/*",
    "/clinic/people/*/end/",
    "/api/v1/assessments/*",
    "/api/v1/episodes/*",
    "/api/v1/instruments/*",
    "/api/v1/alerts/*",
    "/api/v1/schedules/*",
    "/api/v1/requests/*",
    "/patients/*/summary/",
    "/patients/*/timeline/",
    "/patients/*/notes/*",
    "/notes/*",
    "/reviews/*",
    "/outcomes/*",
    "/clinic/people/*/pass-on/",
)
ASSESSMENTS_WORK = ("clinic.assessments.", "clinic.imports.assessments.")  # how the names of its functions begin
# The patients' queue has the name that the release before gives all its tasks.
QUEUES = {"patients": "default", "assessments": "assessments"}


def path_pattern(path: str) -> str:
    """A path with `*` as a regular expression that Python and nginx read alike: "/plans/*" is "(?s)^/plans/.*$"."""
    return f"(?s)^{re.escape(path).replace(r'\*', '.*')}$"


ASSESSMENTS = [re.compile(path_pattern(path)) for path in ASSESSMENTS_PATHS]


def service_of_path(path: str) -> str:
    return "assessments" if any(pattern.match(path) for pattern in ASSESSMENTS) else "patients"


def service_of_work(name: str) -> str:
    """The service whose workers do a job, by the dotted name of the function that does it."""
    return "assessments" if name.startswith(ASSESSMENTS_WORK) else "patients"


def is_served(path: str) -> bool:
    """Whether this process answers the address."""
    return settings.CLINIC_SERVICES in ("all", service_of_path(path))


def worked_queues() -> list[str]:
    """The queues that a worker of this process takes tasks from."""
    return [queue for service, queue in QUEUES.items() if settings.CLINIC_SERVICES in ("all", service)]
