"""The application's own addresses, and the bare page beside them."""

from django.urls import path

from bench.bare import BareView
from lcspr.urls import *  # noqa: F403 - the handlers too
from lcspr.urls import urlpatterns as of_the_application

urlpatterns = [path("bare/", BareView.as_view(), name="bare"), *of_the_application]
