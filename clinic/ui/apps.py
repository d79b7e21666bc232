from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "clinic.ui"

    def ready(self) -> None:
        from clinic.ui import checks  # noqa: F401  # registers them
