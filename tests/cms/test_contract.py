"""The contract owns no table and knows the queue of every task."""

from django.apps import apps

from cms import channels


def test_contract_defines_no_model():
    assert list(apps.get_app_config("cms").get_models()) == []


def test_every_task_goes_to_the_queue_of_its_side():
    names = [value for name, value in vars(channels).items() if name.isupper() and "." in str(value)]

    assert {channels.queue_of(name) for name in names} == {channels.AUTHORING, channels.PUBLISHING}
