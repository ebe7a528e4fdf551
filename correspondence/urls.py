from django.urls import path

from correspondence import views
from correspondence.demo import PostView

app_name = "correspondence"

urlpatterns = [
    path("cases/<uuid:case_id>/messages/", views.MessagesView.as_view(), name="messages"),
    path("cases/<uuid:case_id>/messages/<uuid:key>/", views.MessageView.as_view(), name="message"),
    path("cases/<uuid:case_id>/messages/<uuid:key>/resend/", views.ResendView.as_view(), name="resend"),
    path("cases/<uuid:case_id>/messages/<uuid:key>/settle/", views.SettleView.as_view(), name="settle"),
    path("messages-that-failed/", views.FailedView.as_view(), name="failed"),
    path("cases/<uuid:case_id>/notices/", views.NoticesView.as_view(), name="notices"),
    path("cases/<uuid:case_id>/notices/new/", views.NoticeNewView.as_view(), name="notice-new"),
    path("notices/<uuid:pk>/reply/", views.ReplyView.as_view(), name="reply"),
    path("demo/post/", PostView.as_view(), name="demo-post"),
]
