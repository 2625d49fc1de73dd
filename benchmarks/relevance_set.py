"""A labelled set for matching: job descriptions and people with graded relevance, in other words on either side. Pure.

Each job and each person has latent traits: a trade, a field, a level, skills. A person's grade for a job comes from the
traits alone (grade()). What is written is drawn from two vocabularies that share no word: each trait has words for
jobs and other words for people ("relational storage" and "PostgreSQL"). Words that do occur on both sides are noise,
drawn without regard to any trait: neutral ones, and a mention of some other trade in a job's words. So text that is
shared says nothing of who is right (tests/unit/test_relevance_set.py measures that), and only what words mean can.

That is the harder half of the truth. In real profiles some words are those of the job: people(partly=True) writes each
skill, the trade and the field in the words of jobs where a coin says so, by itself for every word, and otherwise as
before. The traits and with them all grades, the jobs, the noise and everything else stay what they are. No sentence of
a description is copied: what both sides come to share is the usual name of a thing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

SEED = 11
JOBS_A_TRADE, PEOPLE_A_TRADE = 3, 20


@dataclass(frozen=True)
class Trade:
    """Titles and tasks as jobs tell them, as people do; skills as (in a job, in a profile)."""

    job_titles: tuple[str, ...]
    job_tasks: tuple[str, ...]
    titles: tuple[str, ...]
    tasks: tuple[str, ...]
    skills: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Traits:
    trade: str
    field: str
    level: int
    skills: frozenset[int]


@dataclass(frozen=True)
class Job:
    """keywords: what a recruiter would type into the search box for it, one search each."""

    title: str
    description: str
    keywords: tuple[str, ...]
    traits: Traits


@dataclass(frozen=True)
class Person:
    """fields: of a profile. years, level: the traits behind them."""

    title: str
    headline: str
    summary: str
    industry: str
    skills: tuple[str, ...]
    traits: Traits


def grade(job: Traits, person: Traits) -> int:
    """3: the trade, and field, level and two of three skills; 2: the trade and two of these; 1: the trade alone, or one
    next to it with all three; 0: nobody to look at."""
    points = (job.field == person.field) + (job.level == person.level) + (len(job.skills & person.skills) >= 2)
    if job.trade == person.trade:
        return max(1, points)
    return 1 if points >= 2 and frozenset((job.trade, person.trade)) in NEXT_TO else 0


def jobs(seed: int = SEED) -> list[Job]:
    """36 of them, three a trade."""
    rng = Random(f"jobs {seed}")
    return [_job(rng, trade, place) for trade in TRADES for place in range(JOBS_A_TRADE)]


def people(seed: int = SEED, *, partly: bool = False) -> list[Person]:
    """240 of them, twenty a trade, in an order that tells nothing. partly: partly in the words of jobs."""
    rng, coin = Random(f"people {seed}"), Random(f"words {seed}")
    found = [_person(rng, trade, coin if partly else None) for trade in TRADES for _ in range(PEOPLE_A_TRADE)]
    rng.shuffle(found)
    return found


def _job(rng: Random, name: str, place: int) -> Job:
    trade = TRADES[name]
    skills = rng.sample(range(len(trade.skills)), 3)
    traits = Traits(name, rng.choice(FIELDS_OF[name]), place % len(LEVELS), frozenset(skills))
    wanted = [trade.skills[one][0] for one in skills]
    title, field = rng.choice(trade.job_titles), rng.choice(FIELDS[traits.field][0])
    lines = [
        f"{title} wanted.",
        rng.choice(trade.job_tasks),
        f"We serve {field}.",
        rng.choice(LEVELS[traits.level][0]),
        f"You know your way around {wanted[0]}, {wanted[1]} and {wanted[2]}.",
        rng.choice(NEUTRAL),
    ]
    return Job(title, " ".join(lines), (title, *wanted, field), traits)


def _person(rng: Random, name: str, coin: Random | None) -> Person:
    """coin: says which of the two sides' words stand for a trait; people's own without one."""
    trade = TRADES[name]
    skills = rng.sample(range(len(trade.skills)), rng.choice((3, 4)))
    traits = Traits(name, rng.choice(FIELDS_OF[name]), rng.randrange(len(LEVELS)), frozenset(skills))
    rank, said = rng.choice(LEVELS[traits.level][1])
    industry = rng.choice(FIELDS[traits.field][1])
    # Somebody else's trade, in the words of a job: whoever looks for shared words finds the wrong people.
    other = rng.choice(TRADES[rng.choice(list(TRADES))].job_titles).lower()
    summary = " ".join((rng.choice(trade.tasks), said, rng.choice(NEUTRAL)))
    job = rng.choice(trade.titles)
    if coin is not None:
        job = coin.choice((job, coin.choice(trade.job_titles)))
        industry = coin.choice((industry, coin.choice(FIELDS[traits.field][0])))
    title = f"{rank} {job}".strip()
    headline = f"{title}, {industry}. Once beside: {other}"
    known = tuple(trade.skills[one][1 if coin is None else coin.randrange(2)] for one in skills)
    return Person(title, headline, summary, industry, known, traits)


# field → (as jobs tell it, as profiles do)
FIELDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "money": (("people who pay by card", "lenders and savers"), ("Fintech", "Banking")),
    "health": (("hospitals and their wards", "the sick and those who cure them"), ("Pharmaceuticals", "Medtech")),
    "shops": (("high streets and online baskets", "shoppers everywhere"), ("E-commerce", "FMCG")),
    "power": (("wind parks and the grid", "homes that need electricity"), ("Utilities", "Renewables")),
    "cars": (("makers of cars", "everyone behind a steering wheel"), ("Automotive", "Vehicle OEM")),
    "state": (("town halls and ministries", "citizens and their councils"), ("Public Sector", "Government")),
}

# Of beginning, middle, top: (as jobs tell it, (rank in titles, as profiles tell it)).
LEVELS: Sequence[tuple[tuple[str, ...], tuple[tuple[str, str], ...]]] = (
    (
        ("This is a first step out of college.", "You are at the beginning and want us to show you how."),
        (("Junior", "Graduated last summer, a single placement so far."), ("Trainee", "Fresh from university.")),
    ),
    (
        ("You get things done without being told how.", "You have been doing this for some time by yourself."),
        (("", "Five years in, autonomous contributor."), ("", "Solid mid-career practitioner, 6 yrs.")),
    ),
    (
        ("You guide others and set the direction.", "People come to you for decisions; many will follow you."),
        (("Principal", "Fifteen years, mentoring a squad of nine."), ("Head", "Veteran, managed divisions.")),
    ),
)

# On both sides, whatever the traits.
NEUTRAL = (
    "A friendly atmosphere matters here.",
    "Curious, honest and reliable.",
    "Likes coffee and long walks.",
    "Open to hybrid arrangements.",
    "Fluent English, some Spanish.",
)

NEXT_TO = {
    frozenset(pair)
    for pair in (
        ("backend", "data"), ("data", "learning"), ("sales", "hiring"), ("books", "law"), ("design", "backend"),
        ("machines", "freight"), ("nursing", "teaching"),
    )
}  # fmt: skip

TRADES: Mapping[str, Trade] = {
    "backend": Trade(
        ("Server-side developer", "Coder for what runs behind our app"),
        ("You write the code that answers requests and never falls over.", "You build what our app talks to."),
        ("Backend Engineer", "Java Programmer", "Golang Engineer"),
        ("Designed REST endpoints and microservices.", "Rewrote a monolith into Spring Boot microservices."),
        (("relational storage", "PostgreSQL"), ("container orchestration", "Kubernetes"), ("message queues", "Kafka"),
         ("unit checks", "JUnit"), ("cloud hosting", "AWS"), ("in-memory caching", "Redis")),
    ),
    "data": Trade(
        ("Builder of information pipelines", "Keeper of our numbers"),
        ("You move records from many systems together and keep them clean.", "You feed our dashboards."),
        ("Data Engineer", "ETL Consultant", "Data Warehouse Engineer"),
        ("Loaded terabytes into a warehouse nightly.", "Ported legacy ETL to a lakehouse."),
        (("distributed processing", "Spark"), ("workflow scheduling", "Airflow"), ("columnar analytics", "Snowflake"),
         ("real-time streams", "Flink"), ("tabular modelling", "dbt"), ("scripting", "Python")),
    ),
    "learning": Trade(
        ("Inventor of predictive algorithms", "Specialist for artificial intelligence"),
        ("You teach computers to recognise patterns.", "You turn examples into forecasts."),
        ("Machine Learning Engineer", "Deep Learning Researcher", "NLP Scientist"),
        ("Trained transformers and deployed inference.", "Published on neural networks."),
        (("tensor frameworks", "PyTorch"), ("text understanding", "BERT"), ("image recognition", "OpenCV"),
         ("experiment tracking", "MLflow"), ("boosted trees", "XGBoost"), ("parallel processors", "CUDA")),
    ),
    "nursing": Trade(
        ("Carer at the bedside", "Somebody who looks after patients"),
        ("You give medicine, dress wounds and comfort relatives.", "You watch over patients around the clock."),
        ("Registered Nurse", "Staff RN", "Clinical Nurse"),
        ("Rotated through ICU and surgical units.", "Triaged emergency admissions."),
        (("resuscitation", "ACLS"), ("drips and injections", "IV therapy"), ("wound care", "Debridement"),
         ("care of newborns", "Neonatal"), ("kidney treatment", "Dialysis"), ("cancer care", "Oncology")),
    ),
    "books": Trade(
        ("Bookkeeper", "Guardian of our ledgers"),
        ("You close each month and explain where the funds went.", "You keep invoices and taxes in order."),
        ("Chartered Accountant", "CPA", "Financial Controller"),
        ("Consolidated statements for audit.", "Prepared VAT returns and year-end statements."),
        (("international reporting rules", "IFRS"), ("wages", "Payroll"), ("spreadsheets", "Excel"),
         ("business-wide software", "SAP FI"), ("levies", "Corporate Tax"), ("cash outlook", "Treasury")),
    ),
    "hiring": Trade(
        ("Finder of talent", "Someone who fills our vacancies"),
        ("You seek out candidates, interview them and win them over.", "You fill growing departments."),
        ("Recruiter", "Headhunter", "HR Sourcer"),
        ("Placed forty engineers a year.", "Ran recruitment campaigns end to end."),
        (("search by operators", "Boolean sourcing"), ("applicant software", "Greenhouse ATS"),
         ("questioning techniques", "STAR method"), ("reputation as an employer", "EVP"),
         ("fairness", "Diversity & Inclusion"), ("pay", "Compensation & Benefits")),
    ),
    "sales": Trade(
        ("Winner of new customers", "Closer of deals"),
        ("You open doors, haggle and sign.", "You grow our revenue with big clients."),
        ("Account Executive", "Key Account Manager", "Sales Representative"),
        ("Exceeded quota eight quarters running.", "Prospected enterprise logos, cold outreach."),
        (("customer databases", "Salesforce"), ("lead generation", "Cold Calling"), ("demonstrations", "Presales"),
         ("partner circles", "Channel Management"), ("tender writing", "RFP"), ("price talks", "Negotiation")),
    ),
    "law": Trade(
        ("In-house counsel", "Adviser on agreements"),
        ("You draft agreements and keep us out of court.", "You judge risks before we sign."),
        ("Attorney at Law", "Solicitor", "Barrister"),
        ("Litigated commercial disputes.", "Negotiated NDAs and licences."),
        (("privacy rules", "GDPR"), ("takeovers", "Mergers & Acquisitions"), ("inventions", "Patents"),
         ("quarrels with employees", "Labour Tribunal"), ("cartels", "Antitrust"), ("property", "Conveyancing")),
    ),
    "design": Trade(
        ("Someone who draws screens that people understand", "Shaper of interfaces"),
        ("You sketch flows, test them with people and polish pixels.", "You make complicated things simple to use."),
        ("UX Designer", "Product Designer", "UI Artist"),
        ("Ran usability studies and wireframed journeys.", "Established a component library."),
        (("mock-up tools", "Figma"), ("clickable drafts", "Prototyping"), ("interviews with people", "User Research"),
         ("moving pictures", "Motion Graphics"), ("screens for the blind", "WCAG"), ("typefaces", "Typography")),
    ),
    "machines": Trade(
        ("Constructor of moving parts", "Inventor of apparatus"),
        ("You calculate loads, draw parts and see them made.", "You turn sketches into metal."),
        ("Mechanical Engineer", "CAD Engineer", "Powertrain Engineer"),
        ("Simulated gearboxes, released blueprints.", "Optimised castings and tolerances."),
        (("three-dimensional drawing", "SolidWorks"), ("stress calculation", "FEM"), ("flow calculation", "CFD"),
         ("dimension rules", "GD&T"), ("failure prevention", "FMEA"), ("cutting of metal", "CNC")),
    ),
    "freight": Trade(
        ("Coordinator of goods on the move", "Minder of lorries and stock"),
        ("You see that the right boxes arrive on time.", "You keep shelves filled and lorries busy."),
        ("Supply Chain Manager", "Logistics Planner", "Warehouse Supervisor"),
        ("Cut overstock by a third.", "Renegotiated forwarders, introduced kanban."),
        (("forecasting of demand", "S&OP"), ("storage software", "WMS"), ("customs papers", "Incoterms"),
         ("lean ways", "Six Sigma"), ("buying", "Procurement"), ("fleets", "TMS")),
    ),
    "teaching": Trade(
        ("Educator for pupils", "Someone who explains to children"),
        ("You think up lessons and help each child along.", "You stand before thirty children each morning."),
        ("Schoolteacher", "Primary Tutor", "Secondary School Lecturer"),
        ("Taught algebra, prepared exams.", "Led curriculum reform, parent evenings."),
        (("lesson plans", "Curriculum Design"), ("special needs", "SEN"), ("foreign tongues", "TESOL"),
         ("remote lessons", "Moodle"), ("discipline", "Classroom Management"), ("sums", "Mathematics")),
    ),
}  # fmt: skip

# Where people of a trade work: few, so that some share a job's.
FIELDS_OF: Mapping[str, tuple[str, ...]] = {
    name: tuple(list(FIELDS)[(place + step) % len(FIELDS)] for step in range(3)) for place, name in enumerate(TRADES)
}
