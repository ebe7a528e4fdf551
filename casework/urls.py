from django.urls import path

from casework import job_pages, views

app_name = "casework"

urlpatterns = [
    path("cases/<uuid:case_id>/before-you-open/", views.OpeningView.as_view(), name="opening"),
    path("cases/<uuid:case_id>/reveal/", views.RevealView.as_view(), name="reveal"),
    path("documents/<uuid:pk>/", views.DocumentView.as_view(), name="document"),
    path("work/<uuid:pk>/", job_pages.JobView.as_view(), name="job"),
    path("work/<uuid:pk>/file/", job_pages.JobFileView.as_view(), name="job_file"),
]
