"""Who tells of a failure in a process with both sides."""

import pytest
from django.db import OperationalError
from django.test import RequestFactory

from config import errors


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/admin/", 503, "A short wait"),
        ("/api/authoring/v1/articles/", 503, "The write database does not answer."),
        ("/search/", 500, "Something went wrong here."),
    ],
)
def test_each_side_tells_of_its_own_failures(path, status, said):
    try:
        raise OperationalError
    except OperationalError:
        response = errors.server_error(RequestFactory().get(path))

    assert (response.status_code, said in response.content.decode()) == (status, True)
