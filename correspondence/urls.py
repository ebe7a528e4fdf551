from django.urls import path

from correspondence.demo import PostView
from correspondence.views import messages, notices, templates

app_name = "correspondence"

urlpatterns = [
    path("cases/<uuid:case_id>/messages/", messages.MessagesView.as_view(), name="messages"),
    path("cases/<uuid:case_id>/messages/preview/", messages.PreviewView.as_view(), name="preview"),
    path("cases/<uuid:case_id>/messages/<uuid:key>/", messages.MessageView.as_view(), name="message"),
    path("cases/<uuid:case_id>/messages/<uuid:key>/resend/", messages.ResendView.as_view(), name="resend"),
    path("cases/<uuid:case_id>/messages/<uuid:key>/settle/", messages.SettleView.as_view(), name="settle"),
    path("cases/<uuid:case_id>/messages/<uuid:key>/bounced/", messages.BouncedView.as_view(), name="bounced"),
    path("messages-that-failed/", messages.FailedView.as_view(), name="failed"),
    path("messages-that-failed/came-back/", messages.ReturnedView.as_view(), name="returned"),
    path("settings/emails/", templates.TemplatesView.as_view(), name="templates"),
    path("settings/emails/<slug:template>/", templates.TemplateDetailView.as_view(), name="template"),
    path("how-you-get-emails/", templates.ChoiceView.as_view(), name="choice"),
    path("cases/<uuid:case_id>/notices/", notices.NoticesView.as_view(), name="notices"),
    path("cases/<uuid:case_id>/notices/new/", notices.NoticeNewView.as_view(), name="notice-new"),
    path("notices/<uuid:pk>/reply/", notices.ReplyView.as_view(), name="reply"),
    path("demo/post/", PostView.as_view(), name="demo-post"),
]
