"""The family's reading of the report, and the copy for the national collection."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from accounts.access_table import Right, Thing
from actions.acting import ActForm
from casework.views import RecordMixin
from correspondence.models import How
from govuk.dates import date_text
from publication import forms, services
from publication.models import FamilyReading
from publication.views.preparing import PublicationForm


class FamilyReadingView(PublicationForm):
    """Agrees on a date with one of the family, or records that they do not read it."""

    form_class = forms.FamilyReadingForm
    page_title = "Record what is agreed with the family"
    done_message = "It is recorded."

    def allowed(self) -> bool:
        return self.may(Right.WRITE, Thing.FAMILY_LOG)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        planned = self.record.planned_on
        return {
            "explanation": [f"Publication is planned for {date_text(planned)}."] if planned else [],
            **super().get_context_data(**kwargs),
        }

    def act(self, form: Any) -> None:
        given = form.cleaned_data
        if given["reads"]:
            services.agree_reading(
                self.record,
                who=given["who"],
                agreed_on=given["agreed_on"],
                arranged=given["arranged"],
                by=self.user,
            )
        else:
            services.decline_reading(self.record, who=given["who"], reason=given["reason"], by=self.user)


class ReadingForm(ActForm, RecordMixin):
    """The page of an act on one reading."""

    model = FamilyReading

    def allowed(self) -> bool:
        return self.may(Right.WRITE, Thing.FAMILY_LOG)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"caption": self.record.who, **super().get_context_data(**kwargs)}

    def get_success_url(self) -> str:
        return reverse("publication:publication", args=[self.record.publication_id])


class ReadingDateView(ReadingForm):
    form_class = forms.ReadingDateForm
    page_title = "Agree on another date with the family"
    done_message = "The new date is kept."

    def act(self, form: Any) -> None:
        services.agree_another_reading_date(self.record, by=self.user, **form.cleaned_data)


class ReadView(ReadingForm):
    form_class = forms.ReadForm
    page_title = "Record that the family read the report"
    done_message = "The reading is recorded."

    def act(self, form: Any) -> None:
        given = form.cleaned_data
        services.record_reading(
            self.record,
            read_on=given["read_on"],
            said=given["said"],
            again_on=given.get("again_on"),
            by=self.user,
        )


class DeclinedView(ReadingForm):
    form_class = forms.ReasonForm
    page_title = "Record that they no longer wish to read it"
    done_message = "It is recorded."

    def act(self, form: Any) -> None:
        services.record_declined(self.record, reason=form.cleaned_data["reason"], by=self.user)


class RepositoryCopyView(PublicationForm):
    """Records that the published report was given to the NSPCC for the national collection."""

    form_class = forms.RepositoryForm
    page_title = "Record the copy for the national collection of case reviews"
    done_message = "The copy is recorded."

    def act(self, form: Any) -> None:
        given = form.cleaned_data
        services.record_repository_copy(
            self.record,
            sent_at=given["sent_at"],
            how=How(given["how"]),
            proof=given["proof"],
            words=given["words"],
            by=self.user,
        )
