"""What languages call themselves."""

from django.utils.translation import get_language_info


def name(code: str) -> str:
    """The name of a language in that language (`Français`), or its code."""
    try:
        return str(get_language_info(code)["name_local"]).title()
    except KeyError:
        return code


def direction(code: str) -> str:
    """Which way a language is written: `rtl`, or `ltr`, also where it is not known."""
    try:
        return "rtl" if get_language_info(code)["bidi"] else "ltr"
    except KeyError:
        return "ltr"
