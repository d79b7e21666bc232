from django.apps import AppConfig


class ListsConfig(AppConfig):
    name = "clinic.lists"

    def ready(self) -> None:
        from clinic.lists.page import checks  # noqa: F401  # registers them
