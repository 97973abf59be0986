"""What languages call themselves."""

from django.utils.translation import get_language_info


def name(code: str) -> str:
    """The name of a language in that language (`Français`), or its code."""
    try:
        return str(get_language_info(code)["name_local"]).title()
    except KeyError:
        return code
