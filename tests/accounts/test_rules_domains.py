"""Which domain tells for whom one works."""

import pytest

from accounts.rules import domain_of, is_shared, normal_address, normal_domain, why_not_domain


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("jo@northmere.example", "northmere.example"),
        ("Jo@NORTHMERE.Example", "northmere.example"),
        ("jo@sub.northmere.example", "sub.northmere.example"),
        ('"jo@northmere.example"@elsewhere.example', "elsewhere.example"),
        ("jo@northmere.example.elsewhere.example", "northmere.example.elsewhere.example"),
        ("jo@notnorthmere.example", "notnorthmere.example"),
        ("jo@bücher.example", "xn--bcher-kva.example"),
        ("jo@XN--bcher-kva.example", "xn--bcher-kva.example"),
        ("jo@nоrthmere.example", "xn--nrthmere-nbh.example"),  # a Cyrillic о
        ("jo", ""),
        ("jo@", ""),
        ("jo@localhost", ""),
        ("jo@-northmere.example", ""),
        ("jo@northmere..example", ""),
        (f"jo@{'a' * 64}.example", ""),
        ("jo@northmere.example\n.elsewhere.example", ""),
    ],
)
def test_the_domain_is_what_stands_after_the_last_at(address, domain):
    assert domain_of(address) == domain


def test_an_address_is_kept_in_one_way_whatever_its_letters():
    assert normal_address(" Jo.Tern@BÜCHER.example ") == "jo.tern@xn--bcher-kva.example"
    assert normal_address("jo@nowhere") == ""
    # The Kelvin sign is written to as the k it is read as, so nobody gets another's code.
    assert normal_address("mi\u212ae@northmere.example") == "mike@northmere.example"


@pytest.mark.parametrize(
    "domain", ["gmail.com", "Outlook.com", "hotmail.co.uk", "nhs.uk", "co.uk", "school", ""]
)
def test_domains_that_anybody_may_have_or_nobody_has_are_refused(domain):
    assert len(why_not_domain(domain)) == 1


def test_an_agencys_own_domain_is_taken_and_a_sectors_too():
    assert [why_not_domain(each) for each in ("northmere.example", "nhs.net", "st-marys.sch.uk")] == [
        [],
        [],
        [],
    ]
    assert normal_domain("northmere.example") == "northmere.example"


def test_a_sectors_mail_is_shared_whoever_has_entered_it():
    assert is_shared("nhs.net", agencies=1)
    assert is_shared("northmere.example", agencies=2)
    assert not is_shared("northmere.example", agencies=1)
