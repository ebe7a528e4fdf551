"""Ten thousand other invented people, named as people in England are: a few names often, most seldom."""

from __future__ import annotations

import datetime as dt
import random
from functools import cache

from casework.encryption import blind
from casework.models import Case, Person, Subject
from casework.people import born_pairs, name_keys
from casework.rules.names import joined, keys, name_parts
from lcspr import clock

# Each line: forenames, then surnames, of people who bear them together; the first ones are the commonest.
COMMUNITIES = (
    (
        20,
        """Oliver George Amelia Olivia Noah Isla Arthur Ava Harry Lily Leo Freya Oscar Ivy Archie Florence Jack Willow Charlie
        Poppy Freddie Grace Theo Sophie Alfie Evie Henry Ella Jacob Emily Thomas Daisy Joshua Alice James Charlotte William
        Jessica Ethan Ruby Lucas Chloe Logan Millie Daniel Matilda Samuel Rosie Joseph Eleanor Edward Lucy Max Molly Jake
        Megan Callum Bethany Ryan Lauren Connor Shannon Liam Caitlin Jordan Courtney Kyle Paige Reece Ellie Tyler Leah""",
        """Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker White Roberts Green
        Hall Wood Jackson Clarke Harris Lewis Martin Cooper Hill Ward Turner Moore King Baker Harrison Morris Allen Scott
        Mitchell Edwards Hughes Watson Carter Phillips Parker Price Bennett Young Griffiths Cook Shaw Cox Adams Bailey
        Richardson Murphy Kelly Marshall Collins Bell Murray Stevens Gray Barker Saunders Pearson Holmes Mills Palmer Dixon
        Hunt Fletcher Webb Rogers Pickering Thornley Ackroyd Hebblethwaite Ollerenshaw Featherstone Birtwistle Cattermole""",
    ),
    (
        5,
        """Mohammed Muhammad Ali Aisha Fatima Yusuf Zainab Ibrahim Maryam Ahmed Hassan Khadija Hamza Amina Bilal Ayaan Zara
        Omar Safa Abdullah Hafsa Idris Sumayyah Zayn Iqra Usman Sana Imran Nadia Tariq Rukhsana Adnan Shabana""",
        """Khan Ahmed Ali Hussain Begum Mahmood Malik Akhtar Iqbal Shah Rahman Miah Uddin Chowdhury Hassan Mohamed Abdi Warsame
        Rashid Qureshi Siddiqui Mirza Butt Aziz Raza Sheikh""",
    ),
    (
        3,
        """Arjun Priya Aarav Ananya Jaspreet Simran Gurpreet Harpreet Rohan Anjali Dev Meera Krishan Diya Amrit Manpreet""",
        """Patel Singh Kaur Sharma Shah Gill Sandhu Dhillon Desai Mistry Gupta Bains Chauhan Mehta""",
    ),
    (
        2,
        """Kwame Ama David Blessing Emmanuel Grace Chidi Ngozi Tunde Folasade Samuel Esther Kofi Abena Daniel Precious Oluwaseun
        Temitope Michael Favour""",
        """Okafor Mensah Adeyemi Boateng Osei Okonkwo Balogun Owusu Appiah Eze Ogunleye Asante Nwosu Adebayo""",
    ),
    (
        2,
        """Jakub Zuzanna Antoni Zofia Filip Maja Kacper Julia Mateusz Oliwia Andrei Maria Ionut Elena Dominykas Gabija""",
        """Kowalski Nowak Wisniewska Wojcik Kaminski Lewandowska Zielinski Popescu Ionescu Dumitru Kazlauskas Ivanova""",
    ),
    (
        1,
        """Wei Mei Xiaoming Li Jia Hao Yan Ming Lan Thi Minh Anh Ling Jun""",
        """Wang Li Zhang Chen Liu Huang Wong Chan Lam Nguyen Tran Le Ng Cheung""",
    ),
)
ORIGIN = dt.date(2026, 6, 1)


@cache
def keys_of(word: str) -> frozenset[str]:
    return frozenset(name_keys(keys(word)))


def index_of(*names: str) -> list[str]:
    """The index of these names, each word worked out once: as `casework.people.indexes_of` has it."""
    words = [word for name in names for word in (*name_parts(name), *joined(name_parts(name)))]
    return sorted({key for word in words for key in keys_of(word)})


def invented(many: int, seed: int = 7):
    """So many people with dates, names and incidents, the same ones every time."""
    chance = random.Random(seed)
    weights = [weight for weight, _, _ in COMMUNITIES]
    names = [(fore.split(), sur.split()) for _, fore, sur in COMMUNITIES]
    for _ in range(many):
        forenames, surnames = chance.choices(names, weights)[0]
        first = forenames[int(len(forenames) * chance.random() ** 1.6)]
        second = chance.choice(forenames) if chance.random() < 0.3 else ""
        surname = surnames[int(len(surnames) * chance.random() ** 2)]
        if chance.random() < 0.05:
            surname += f"-{chance.choice(surnames)}"
        incident = ORIGIN - dt.timedelta(days=chance.randrange(3650))
        age = dt.timedelta(days=chance.randrange(6570))
        yield {
            "forenames": f"{first} {second}".strip(),
            "surname": surname,
            "born_on": None if chance.random() < 0.03 else incident - age,
            "incident_from": incident,
        }


def seed(partnership, many: int = 10_000) -> None:
    """Put them into the database as the subjects of as many cases, in few statements."""
    cases, people, subjects = [], [], []
    for number, each in enumerate(invented(many)):
        case = Case(
            partnership=partnership,
            reference=f"OTHER-{number}",
            incident_from=each["incident_from"],
            opened_at=clock.now(),
        )
        born = each["born_on"]
        person = Person(
            case=case,
            forenames=each["forenames"],
            surname=each["surname"],
            born_on=born,
            born_index=blind(born.isoformat(), kind="born") if born else "",
            born_pairs_index=born_pairs(born) if born else [],
            name_index=index_of(each["forenames"], each["surname"]),
        )
        cases.append(case)
        people.append(person)
        subjects.append(Subject(case=case, person=person, label="Child 1"))
    for model, rows in ((Case, cases), (Person, people), (Subject, subjects)):
        model.objects.bulk_create(rows, batch_size=1000)
