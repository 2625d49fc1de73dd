"""The country at the end of a place: "Porto, Portugal" → Portugal. Pure.

Only what is certain: Georgia, Jersey and Lebanon, which are places of other countries as well, are not in
the table, so "Atlanta, Georgia" has no country.
"""

from __future__ import annotations

from functools import lru_cache

from services.people.text_keys import text_key

_ONE_WORD = (
    "Afghanistan Albania Algeria Andorra Angola Argentina Armenia Australia Austria Azerbaijan Bahrain Bangladesh "
    "Barbados Belarus Belgium Belize Benin Bhutan Bolivia Botswana Brazil Brunei Bulgaria Burundi Cambodia Cameroon "
    "Canada Chile China Colombia Croatia Cuba Cyprus Czechia Denmark Djibouti Ecuador Egypt Eritrea Estonia Eswatini "
    "Ethiopia Fiji Finland France Gabon Gambia Germany Ghana Greece Guatemala Guyana Haiti Honduras Hungary Iceland "
    "India Indonesia Iran Iraq Ireland Israel Italy Jamaica Japan Kazakhstan Kenya Kosovo Kuwait Kyrgyzstan Laos "
    "Latvia Liberia Libya Liechtenstein Lithuania Luxembourg Madagascar Malawi Malaysia Maldives Mali Malta "
    "Mauritania Mauritius Mexico Moldova Monaco Mongolia Montenegro Morocco Mozambique Myanmar Namibia Nepal "
    "Netherlands Nicaragua Nigeria Norway Oman Pakistan Panama Paraguay Peru Philippines Poland Portugal Qatar "
    "Romania Russia Rwanda Senegal Serbia Seychelles Singapore Slovakia Slovenia Somalia Spain Sudan Suriname Sweden "
    "Switzerland Syria Taiwan Tajikistan Tanzania Thailand Togo Tunisia Turkey Turkmenistan Uganda Ukraine Uruguay "
    "Uzbekistan Vanuatu Venezuela Vietnam Yemen Zambia Zimbabwe"
)
_MORE = (
    "Bosnia and Herzegovina,Burkina Faso,Cape Verde,Costa Rica,Czech Republic,Dominican Republic,El Salvador,"
    "Hong Kong,Ivory Coast,New Zealand,North Macedonia,Papua New Guinea,Puerto Rico,Saudi Arabia,Sierra Leone,"
    "South Africa,South Korea,Sri Lanka,Trinidad and Tobago,United Arab Emirates,United Kingdom,United States"
)
# Other spellings → the name used here.
_ALSO = {
    "usa": "United States", "us": "United States", "united states of america": "United States",
    "uk": "United Kingdom", "great britain": "United Kingdom", "the netherlands": "Netherlands",
    "turkiye": "Turkey", "deutschland": "Germany", "osterreich": "Austria", "schweiz": "Switzerland",
    "suisse": "Switzerland", "espana": "Spain", "italia": "Italy", "brasil": "Brazil", "belgique": "Belgium",
    "belgie": "Belgium", "nederland": "Netherlands", "polska": "Poland", "sverige": "Sweden", "norge": "Norway",
    "danmark": "Denmark", "suomi": "Finland", "uae": "United Arab Emirates", "korea": "South Korea",
    "republic of korea": "South Korea", "russian federation": "Russia",
}  # fmt: skip
NAMES = {text_key(name): name for name in (*_ONE_WORD.split(), *_MORE.split(","))} | _ALSO


@lru_cache(8192)
def country_in(location: str) -> str:
    """The country that a place ends with, "" where that is not certain."""
    return NAMES.get(text_key(location.rpartition(",")[2].strip()), "")
