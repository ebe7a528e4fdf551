"""Django admin for accounts, agencies and reference data.

Administrators look after accounts; they give no role that opens case content (architecture §5) and cannot
take an account over: passwords and second steps are set by their owners, and addresses change by proof.
"""

from __future__ import annotations

from typing import Any, Final

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from accounts.events import Verb, note
from accounts.models import Agency, Invitation, Membership, Partnership, PartnershipAgency, User
from accounts.roles import OPENS_CASES, Role
from accounts.second_step import signed_in
from accounts.services import grant_membership, open_account, remove_second_step
from lcspr import clock

ASKED: Final = ("name", "email", "job_title", "phone", "is_active", "is_staff")

# Rights come from memberships, never from groups; the rest would let an administrator into an account.
for model in (Group, EmailAddress, EmailConfirmation, Authenticator, SocialAccount, SocialApp, SocialToken):
    try:
        admin.site.unregister(model)
    except NotRegistered:
        continue


class AccountsAdmin(admin.ModelAdmin):
    """Every system administrator may look; what may be changed each table says. Nothing is deleted."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_staff

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.is_staff

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_staff

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.is_staff

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        self._note(request, obj, "Added")
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        self._note(request, obj, "Changed", message)
        return super().log_change(request, obj, message)

    def _note(self, request: HttpRequest, obj: Model, did: str, message: Any = None) -> None:
        words = f"{did} {self.opts.verbose_name} “{obj}”"
        changes = [part for part in message or [] if part] if isinstance(message, list) else []
        note(
            request,
            Verb.ADMINISTERED,
            signed_in(request),
            words,
            row=f"{self.opts.label}:{obj.pk}",
            changes=changes,
        )


class ReadOnlyAdmin(AccountsAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(AccountsAdmin):
    list_display = ["name", "email", "is_active", "is_staff"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["name", "email"]
    fields = (*ASKED, "date_joined")
    actions = ["remove_second_steps"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).filter(is_system=False)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        fixed = ["date_joined"]
        if obj is not None:
            # Its owner changes the address, by proving the new one.
            fixed.append("email")
        if not request.user.is_superuser or obj == request.user:
            fixed.append("is_staff")
        if obj == request.user:
            fixed.append("is_active")
        return fixed

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        above = isinstance(obj, User) and obj.is_superuser and not request.user.is_superuser
        return request.user.is_staff and not above

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        opened = open_account(
            proven=False,
            **{field: getattr(obj, field) for field in ASKED},
        )
        vars(obj).update(vars(opened))

    @admin.action(description="Remove the second step of somebody who has lost it (they are told)")
    def remove_second_steps(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            try:
                remove_second_step(user, by=signed_in(request))
            except PermissionDenied:
                messages.error(request, f"You may not do this for {user}.")
                continue
            self._note(request, user, "Removed the second step of")


@admin.register(Agency)
class AgencyAdmin(AccountsAdmin):
    list_display = ["name", "short_name", "kind", "parent", "retired_on"]
    list_filter = ["kind"]
    list_select_related = ["parent"]
    search_fields = ["name", "short_name"]
    autocomplete_fields = ["parent", "successor"]


@admin.register(Partnership)
class PartnershipAdmin(AccountsAdmin):
    """Changed here, opened by the command `open_partnership`, which takes a preset.

    What its clocks run by is read here and changed by the business manager on the page “Rules”, where the open
    deadlines are worked out again.
    """

    list_display = ["name", "short_name", "code"]
    readonly_fields = ["code", "rr_anchor", "written_within_hours", "local_lengths", "office_closes_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(PartnershipAgency)
class PartnershipAgencyAdmin(AccountsAdmin):
    list_display = ["agency", "partnership", "statutory", "starts_on", "until"]
    list_filter = ["partnership", "statutory"]
    list_select_related = ["agency", "partnership"]
    autocomplete_fields = ["agency"]


class AdministratorRoleForm(forms.ModelForm):
    """The one role an administrator gives is their own kind."""

    giver: User

    class Meta:
        model = Membership
        fields = ["user", "partnership", "starts_on", "until"]

    def clean_user(self) -> User:
        user: User = self.cleaned_data["user"]
        if user == self.giver:
            raise forms.ValidationError("You cannot give yourself a role: ask another administrator.")
        if user.memberships.filter(role=Role.ADM).exclude(until__lte=clock.today()).exists():
            raise forms.ValidationError("This person is an administrator already.")
        return user


@admin.register(Membership)
class MembershipAdmin(AccountsAdmin):
    list_display = ["user", "role", "partnership", "agency", "starts_on", "until", "granted_by"]
    list_filter = ["partnership", "role"]
    list_select_related = ["user", "partnership", "agency", "granted_by"]
    search_fields = ["user__name", "user__email"]
    autocomplete_fields = ["user"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        theirs = isinstance(obj, Membership) and obj.role not in OPENS_CASES and obj.user != request.user
        return request.user.is_staff and theirs

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> list[str]:
        return ["user", "partnership", "starts_on"] if obj else []

    def get_form(
        self, request: HttpRequest, obj: Membership | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            giver = {"giver": signed_in(request)}
            kwargs["form"] = type("AdministratorRoleForm", (AdministratorRoleForm,), giver)
        return super().get_form(request, obj, change, **kwargs)

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        granted = grant_membership(
            user=obj.user,
            partnership=obj.partnership,
            agency=None,
            role=Role.ADM,
            by=signed_in(request),
            on=obj.starts_on or clock.today(),
            until=obj.until,
        )
        vars(obj).update(vars(granted))


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = [
        "name",
        "email",
        "role",
        "partnership",
        "invited_by",
        "invited_at",
        "accepted_at",
        "revoked_at",
    ]
    list_select_related = ["partnership", "invited_by"]
    exclude = ["secret_hash"]
