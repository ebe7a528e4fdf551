"""Reference data: the rules to read, the bank holidays to add to and take from."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin import AccountsAdmin, ReadOnlyAdmin
from accounts.second_step import signed_in
from deadlines import services
from deadlines.models import Holiday, RuleVersion


@admin.register(RuleVersion)
class RuleVersionAdmin(ReadOnlyAdmin):
    """Law and guidance are not edited: they change by a new version with its source and dates."""

    list_display = ["code", "name", "version", "force", "effective_from", "effective_to"]
    list_filter = ["force", "built"]
    search_fields = ["code", "name"]


@admin.register(Holiday)
class HolidayAdmin(AccountsAdmin):
    """Added and taken out, not edited (the page “Bank holidays” does that, with a preview); the open deadlines that
    count by the calendar are worked out again."""

    list_display = ["on", "title", "calendar", "source", "provisional"]
    list_filter = ["calendar", "provisional"]
    date_hierarchy = "on"
    fields = ["calendar", "on", "title", "source", "provisional"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_staff

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        # One at a time: each moves dates and says why.
        return {}

    def save_model(self, request: HttpRequest, obj: Holiday, form: Any, change: bool) -> None:
        added = services.add_holiday(
            obj.on,
            title=obj.title,
            source=obj.source,
            calendar=obj.calendar,
            provisional=obj.provisional,
            by=signed_in(request),
        )
        vars(obj).update(vars(added))

    def delete_model(self, request: HttpRequest, obj: Holiday) -> None:
        services.remove_holiday(obj, by=signed_in(request))
