"""Names of people and employers, brought to a form in which spellings of one are alike. Pure.

"Dr. Zoë Müller-Lüdi, MBA"   → zoe, muller, ludi
"Lüdi, Bob"                  → ludi, bob (a form of robert)
"Юлия Иванова"               → iuliia, ivanova
"Acme Holding GmbH & Co. KG" → acme
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Romanisation, a letter at a time (after the passport standard ICAO 9303, simplified).
_CYRILLIC = dict(zip(
    "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґўј",
    "a b v g d e zh z i i k l m n o p r s t u f kh ts ch sh shch - y - e iu ia i i ie g u j".split(), strict=True,
))  # fmt: skip
_GREEK = dict(zip(
    "αβγδεζηθικλμνξοπρσςτυφχψω",
    "a v g d e z i th i k l m n x o p r s s t y f ch ps o".split(), strict=True,
))  # fmt: skip
_SPECIAL = {"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i", "ə": "e"}
_LETTERS = str.maketrans(_SPECIAL | _GREEK | {k: v.replace("-", "") for k, v in _CYRILLIC.items()})

_APOSTROPHES = "['\u2019`\u00b4]"

# Spellings of one sound; longer ones first.
_SOUNDS = tuple(
    part.split(">")
    for part in "tsch>k tch>k sch>s sh>s ch>k kh>k ph>f th>t ck>k ts>s x>ks q>k c>k w>v z>s j>i y>i".split()
)

_NOISE = frozenset(
    "dr prof professor mr mrs ms miss sir herr frau dipl ing med phd md mba msc bsc ma ba jr sr ii iii iv cpa pmp cfa"
    " esq md dds llm llb cissp csm shrm".split()
)
_PARTICLES = frozenset("de la le del della der den van von zu dos das do da di du bin ibn al el abu".split())
# Legal forms and what else is added to or left out of a company's name.
_LEGAL = frozenset(
    "gmbh ag inc ltd llc llp lp plc sa sas sarl srl spa bv nv oy oyj ab as asa aps co corp corporation company limited"
    " incorporated kg kgaa ohg ug mbh se ev eg pte pty pvt kk group gruppe holding holdings the and und of"
    " international intl global worldwide europe deutschland".split()
)
_RENAMED = {
    "facebook": "meta", "alphabet": "google", "twitter": "x", "pricewaterhousecoopers": "pwc", "ernst young": "ey",
    "boston consulting": "bcg", "amazon web services": "amazon", "aws": "amazon",
    "business machines": "ibm", "hewlett packard": "hp", "hewlett packard enterprise": "hp",
    "square": "block", "deepmind": "google", "linkedin": "linkedin",
}  # fmt: skip

# Short forms and variants → one form of a given name. What stands here is known to be a given name,
# so two that have no form in common are two names and not one with a slip of the pen.
_VARIANTS = """
alexander: alex aleksandr alexandr alejandro alessandro alexandre sasha sascha xander aleksander olexandr oleksandr
alexandra: alex alexa aleksandra alessandra sandra lexi
andrew: andy drew andrei andrey andreas andre andres andrea andriy
anthony: tony antonio anton antoine antoni
benjamin: ben benny
catherine: kate katie cathy kathy katherine kathryn katharina ekaterina katerina caterina katarina katja katya
charles: charlie chuck carlos karl carl carlo
christian: chris cristian kristian
christina: chris tina christine kristin kristina cristina
christopher: chris kris christoph cristobal christophe
daniel: dan danny daniele danilo
david: dave davide
dmitry: dmitri dmitriy dima dimitri dimitrios dmytro
edward: ed eddie ted eduard eduardo edoardo
elizabeth: liz beth betty eliza lisa elisabeth isabel isabella elisabetta lizzie
emily: emilia emilie
eugene: gene evgeny yevgeny evgeniy evgenii
francis: frank francisco francesco franz francois paco pancho
frederick: fred freddy friedrich federico fritz
gabriel: gabe gabriele
george: georg jorge giorgio yuri yury georges jurgen
gregory: greg grigory grigori gregor
henry: harry hank henrik heinrich enrique enrico henri
ivan: vanya
jacob: jake jakob jacopo jakub
james: jim jimmy jamie
jennifer: jen jenny
jessica: jess jessie
john: jack johnny jon johannes johann hans juan giovanni jean jan joao ioannis jonny
jonathan: nathan jonatan
joseph: joe joey jose giuseppe josef pepe beppe yusuf youssef
julia: iulia yulia julie giulia juliana
katherine: kat
kenneth: ken kenny
laura: lauren laurie
lawrence: larry lorenzo laurent lars
leonard: leo lenny leonardo leon
louis: lou luis luigi ludwig
lucas: luke luca lukas lucian
margaret: maggie meg peggy rita margarita margarethe greta
maria: mary marie mariya mariia miriam maryam
mark: marc marco marcus marcos markus
martin: marty martino
marta: martha
matthew: matt matteo mathieu matthias mateo matias
michael: mike mick mikhail michel michele miguel mikael mikhailo mykhailo misha michal
mohammed: muhammad mohamed mohammad muhammed mehmet mohamad
natalia: natasha natalie nataliya nataliia
nicholas: nick nico nicolas nikolai nikolay nicola niklas klaus mykola
olga: olha
patrick: pat patricio patrizio
paul: paulo pablo paolo pavel pawel pavlo
peter: pete pedro pietro piotr petr pyotr petro pierre
philip: phil philippe filip felipe filippo
rachel: raquel
rebecca: becky becca
richard: rick dick rich ricardo riccardo ricky
robert: bob rob bobby robbie roberto bert
samantha: sam
samuel: sam sammy
sarah: sara
sebastian: seb bastian sebastien
sergey: sergei sergio serge serhii sergiy sergii
sophia: sofia sophie sofie
stephen: steve steven stefan stephan esteban stefano stephane stepan
susan: sue susanne susanna suzanne
theodore: theo teodor fyodor fedor
thomas: tom tommy tomas tommaso tomasz
timothy: tim timo timofey
victoria: vicky viktoria
victor: vic viktor vittorio
vladimir: vova volodymyr wladimir
walter: walt
william: bill will billy willy wilhelm guillermo guillaume willem liam
xavier: javier
yusra:
zachary: zach zack
anna: ann anne ana ania hannah hanna
emma:
eva: eve
nina:
lena: elena helena helen helene olena
jane: janet janna
linda:
diana: diane
amy:
kevin:
brian: bryan
eric: erik
oscar: oskar
simon: simone
adam:
ali:
omar: umar
ahmed: ahmad ahmet
fatima: fatma
aisha: ayesha
wei:
hiroshi:
yuki:
priya:
rahul:
amit:
raj:
sanjay:
carmen:
ines: agnes
hugo:
noah:
marina:
marie:
mario:
maya: maia
mia:
"""
_FORMS: dict[str, tuple[str, ...]] = {}
for _line in _VARIANTS.strip().splitlines():
    _name, _, _others = _line.partition(":")
    for _variant in (_name, *_others.split()):
        _FORMS[_variant] = (*_FORMS.get(_variant, ()), _name)


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """Lower case, Latin letters and digits without marks; other scripts as they are; signs become spaces."""
    lowered = unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)
    plain = "".join(c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c))
    plain = re.sub(_APOSTROPHES, "", plain.translate(_LETTERS))
    return " ".join(re.sub(r"[\W_]+", " ", plain).split())


@lru_cache(maxsize=50_000)
def name_tokens(full_name: str) -> tuple[str, ...]:
    """The words of a name without titles, degrees and particles; at most six."""
    name = re.sub(r"[(\[{].*?[)\]}]", " ", full_name)
    found = [token for token in fold(name).split() if token not in _NOISE and not token.isdigit()]
    return tuple(([token for token in found if token not in _PARTICLES] or found)[:6])


def forms(token: str) -> tuple[str, ...]:
    """The given names that a word of name_tokens() may be short for ("sam": samantha, samuel), or itself."""
    return _FORMS.get(token, (token,))


def initials(token: str) -> frozenset[str]:
    """Letters that a word may be shortened to: "bob" to B or R."""
    return frozenset(form[0] for form in (token, *forms(token)))


def is_given(token: str) -> bool:
    """Whether a word of name_tokens() is a known given name."""
    return token in _FORMS


@lru_cache(maxsize=50_000)
def skeleton(token: str) -> str:
    """What is left of a word in any romanisation: its first sound and its consonants, in alphabetical order.

    "sergey" and "sergei", "jonh" and "john" have one skeleton.
    """
    text = token
    for old, new in _SOUNDS:
        text = text.replace(old, new)
    consonants = sorted({c for c in text[1:] if c not in "aeiouh"})
    return text[:1] + "".join(consonants) if len(text) > 1 else text


@lru_cache(maxsize=50_000)
def company_tokens(company: str) -> tuple[str, ...]:
    """The words of a company's name that are its own, under its present name; () for none."""
    words = [word for word in fold(re.sub(r"\(.*?\)", " ", company.replace("&", " "))).split()]
    own = [word for word in words if word not in _LEGAL and len(word) > 1] or words
    joined = " ".join(own)
    for old, new in _RENAMED.items():
        if joined == old or joined.startswith(f"{old} "):
            joined = new
            break
    return tuple(joined.split())
