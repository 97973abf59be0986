"""In which language a part of a page is, and which way it is written."""

import pytest

from cms.templatetags.languages import in_language


@pytest.mark.parametrize(
    ("code", "around", "attributes"),
    [
        ("en", "en", ""),
        ("", "en", ""),
        ("de", "en", ' lang="de"'),
        ("ar", "en", ' lang="ar" dir="rtl"'),
        ("en", "ar", ' lang="en" dir="ltr"'),
        ("fa", "ar", ' lang="fa"'),
        ("he", "", ' lang="he" dir="rtl"'),
        ("tlh", "he", ' lang="tlh" dir="ltr"'),
        ('"><b>', "en", ' lang="&quot;&gt;&lt;b&gt;"'),
    ],
)
def test_element_says_its_language_and_direction_where_they_change(code, around, attributes):
    assert in_language(code, around) == attributes
