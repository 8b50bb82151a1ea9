"""What languages are called: ISO 639 in two and three letters, both of the three-letter kinds, and in English."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")

UNNAMED = "und"

# Three letters (terminology), two letters, three letters (bibliography) where those differ, then English names.
_TABLE = """
afr af afrikaans|sqi sq alb albanian|amh am amharic|ara ar arabic|hye hy arm armenian|aze az azerbaijani
eus eu baq basque|bel be belarusian|ben bn bengali|bos bs bosnian|bul bg bulgarian|mya my bur burmese
cat ca catalan|zho zh chi chinese mandarin|yue cantonese|hrv hr croatian|ces cs cze czech|dan da danish
nld nl dut dutch flemish|eng en english|epo eo esperanto|est et estonian|fil filipino|tgl tl tagalog
fin fi finnish|fra fr fre french|glg gl galician|kat ka geo georgian|deu de ger german|ell el gre greek
guj gu gujarati|hat ht haitian|heb he iw hebrew|hin hi hindi|hun hu hungarian|isl is ice icelandic
ind id indonesian|gle ga irish|ita it italian|jpn ja japanese|jav jv javanese|kan kn kannada|kaz kk kazakh
khm km khmer|kor ko korean|kur ku kurdish|kir ky kyrgyz|lao lo|lat la latin|lav lv latvian|lit lt lithuanian
ltz lb luxembourgish|mkd mk mac macedonian|msa ms may malay|mal ml malayalam|mlt mt maltese|mar mr marathi
mon mn mongolian|nep ne nepali|nor no norwegian|nob nb bokmal|nno nn nynorsk|pan pa punjabi
fas fa per persian farsi|pol pl polish|por pt portuguese|pus ps pashto|ron ro rum romanian|rus ru russian
gla gd gaelic|srp sr serbian|sin si sinhala|slk sk slo slovak|slv sl slovenian|som so somali
spa es spanish castilian|swa sw swahili|swe sv swedish|tam ta tamil|tel te telugu|tha th thai|bod bo tib tibetan
tur tr turkish|tuk tk turkmen|ukr uk ukrainian|urd ur urdu|uzb uz uzbek|vie vi vietnamese|cym cy wel welsh
xho xh xhosa|yid yi yiddish|yor yo yoruba|zul zu zulu|und undefined unnamed unknown
"""
_CODES = {
    name: words[0]
    for line in _TABLE.split("\n")
    for entry in line.split("|")
    if (words := entry.split())
    for name in words
}

_QUICKTIME = {
    "deu": "ger", "ell": "gre", "fas": "iri", "isl": "ice", "nld": "dut", "nno": "nor", "nob": "nor", "sqi": "alb",
    "swe": "sve", "zho": "chi",
}  # fmt: skip


def code_of(language: str) -> str:
    """The three letters that stand for a language, whatever it is called: `de`, `ger`, `German` and `de-AT` are `deu`.

    A name nobody knows is itself, in small letters; none at all is `und`.
    """
    plain = language.strip().lower().replace("_", "-")
    return _CODES.get(plain) or _CODES.get(plain.partition("-")[0]) or plain or UNNAMED


def in_quicktime(language: str) -> str:
    """What a MOV calls a language. ffmpeg knows those of the old Macintosh there, and writes none for any other."""
    if not language:
        return ""
    code = code_of(language)
    return _QUICKTIME.get(code, code)


def is_known(language: str) -> bool:
    """Whether it names a language of the table."""
    plain = language.strip().lower().replace("_", "-")
    return plain in _CODES or plain.partition("-")[0] in _CODES


def asked_for(languages: str) -> tuple[str, ...]:
    """The codes in an option such as `eng, German;und`, each once, in order."""
    return tuple(dict.fromkeys(code_of(each) for each in re.split(r"[,;\s]+", languages) if each))


def in_order(streams: Sequence[T], languages: str, language_of: Callable[[T], str]) -> tuple[T, ...]:
    """Those in the languages asked for, in the order of these; all as they are, where none is asked for."""
    wanted = asked_for(languages)
    if not wanted:
        return tuple(streams)
    return tuple(each for code in wanted for each in streams if code_of(language_of(each)) == code)
