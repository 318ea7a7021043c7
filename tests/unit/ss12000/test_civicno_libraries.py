"""Beside two maintained libraries: `personnummer` and `python-stdnum` say the same, or a row says why not."""

from __future__ import annotations

import datetime as dt
import types

import personnummer.personnummer as swedish
import pytest
from stdnum.exceptions import ValidationError
from stdnum.se import personnummer as stdnum

from adapter.ss12000 import civicno

TODAY = dt.date(2026, 8, 10)
ARABIC = "\u0662\u0660\u0661\u0663\u0660\u0661\u0660\u0661\u0662\u0663\u0669\u0667"  # 201301012397

# what all three read -> its forms
ACCEPTED = {
    "201301012389": ["201301012389", "20130101-2389", "130101-2389", "1301012389"],
    "201301012397": ["201301012397", "20130101-2397", "130101-2397", "1301012397"],
    "198006152386": ["198006152386", "19800615-2386", "800615-2386", "8006152386"],
    "202608092397": ["202608092397", "20260809-2397", "260809-2397", "2608092397"],
    "202608102386": ["202608102386", "20260810-2386", "260810-2386", "2608102386"],
    "192608102386": ["192608102386", "19260810-2386"],
    "200002292381": ["200002292381", "20000229-2381", "000229-2381", "0002292381"],
    "202402292391": ["202402292391", "20240229-2391", "240229-2391", "2402292391"],
    "199912312387": ["199912312387", "19991231-2387", "991231-2387", "9912312387"],
    "200001012392": ["200001012392", "20000101-2392", "000101-2392", "0001012392"],
    "200804072387": ["200804072387", "20080407-2387", "080407-2387", "0804072387"],
    "191301012389": ["130101+2389"],
    "191212122392": ["191212122392", "19121212+2392", "121212+2392", "19121212-2392"],
    "201212122392": ["121212-2392", "1212122392"],
    "189803042390": ["189803042390", "18980304+2390", "980304+2390", "18980304-2390"],
    "199803042390": ["980304-2390", "9803042390"],
    "192608112393": ["192608112393", "19260811+2393", "260811+2393", "19260811-2393"],
    "192701012391": ["192701012391", "19270101+2391", "19270101-2391", "270101-2391", "2701012391"],
    "182701012391": ["270101+2391"],
    "190001012392": ["190001012392", "19000101+2392", "000101+2392", "19000101-2392"],
    "185012312392": ["185012312392", "18501231+2392", "501231+2392", "18501231-2392"],
    "195012312392": ["501231-2392", "5012312392"],
    "202608112385": ["202608112385"],
    "202612312385": ["202612312385"],
    "202701012383": ["202701012383"],
    "192701012383": ["270101-2383", "2701012383"],
    "209912312387": ["209912312387"],
}

# how our reason begins -> forms that all three refuse
REFUSED = {
    "has no real birth date": [
        "201302312382",
        "130231-2382",
        "202302292384",
        "230229-2384",
        "190002292381",
        "201313012385",
        "131301-2385",
        "201300012380",
        "130001-2380",
        "201301002380",
        "130100-2380",
        "201301322382",
        "130132-2382",
        "201304312380",
        "130431-2380",
        "202502292382",
        "250229-2382",
        "1301602387",
        "201301602387",
        "1301922389",
        "201301922389",
        "1302932387",
        "201302932387",
        "20130231TF12",
        "20130161TF12",
        "2013010123",
    ],
    "has a wrong check digit": [
        "201301012388",
        "130101-2388",
        "20130101-2399",
        "1301012380",
        "19800615+2380",
        "201301612383",
    ],
    "is a TF number without exactly two digits after TF": ["20130101TF1", "20130101TF123"],
    "is a T number": [
        "20130101-T123",
        "130101T123",
    ],
    "is an R-number (reservnummer)": [
        "R123456",
        "20130101R123",
    ],
    "has the serial number 000, which is never given out": [
        "201301610000",
        "20130161-0000",
        "130161-0000",
        "000000-0000",
        "000000000000",
    ],
    "is empty": [""],
    "has no digits 0-9, so it is not a personnummer, samordningsnummer or TF number": ["-", "saknas", "None", "NULL"],
    "has too few digits": ["0"],
    "is as long as a birth date": ["20130101", "130101"],
    "is not written ÅÅMMDD-NNNN or ÅÅÅÅMMDD-NNNN, with or without the hyphen": [
        "130101-239",
        "20130101-23",
        "2013-01012397",
        "-201301012397",
        "-1301012397",
        "201301012397-",
    ],
    "has too many digits": ["0201301012397", "2013010123970", "201301012389201301012389"],
    "has eleven digits: a leading zero or another digit is lost": ["20130101239"],
    "has nine digits: a leading zero is lost": [
        "301012397",
        "804072387",
    ],
    "is a number with decimals": ["201301012397.5", "201301012389.", "20130101.2397"],
    "is a number that a spreadsheet destroyed by rounding it": [
        "2,01E+11",
        "2.01301E+11",
        "2E11",
    ],
    "contains an invisible character, such as a soft hyphen": [
        "20130101\xad2397",
        "20130101\u200b2397",
        "\ufeff201301012397",
    ],
    "contains other characters than those of a personnummer, samordningsnummer or TF number": [
        "20130101/2397",
        "20130101_2397",
        "2I1301012397",
        "2013010l2389",
        "201301O12389",
        "SE201301012397",
        "'201301012397",
        "=201301012397",
        "201301012397x",
        "\xb201301012397",
        "2013/01/01-2389",
    ],
}

# why -> (form, what we read, what personnummer reads, what stdnum reads); "" where it is refused
DIFFERENT = {
    "nobody is born after today: the date is a century earlier": [
        ("260811-2393", "192608112393", "202608112393", "202608112393"),
        ("2608112393", "192608112393", "202608112393", "202608112393"),
        ("260811-2385", "192608112385", "202608112385", "202608112385"),
        ("2608112385", "192608112385", "202608112385", "202608112385"),
        ("261231-2385", "192612312385", "202612312385", "202612312385"),
        ("2612312385", "192612312385", "202612312385", "202612312385"),
        ("2608712382", "192608712382", "202608712382", ""),
    ],
    "a TF number is Skolverket's own, for pupils without a personnummer; the libraries do not know it": [
        ("20130101TF12", "20130101TF12", "", ""),
        ("20130101-TF12", "20130101TF12", "", ""),
        ("130101-TF12", "20130101TF12", "", ""),
        ("130101TF12", "20130101TF12", "", ""),
        ("130101-tf12", "20130101TF12", "", ""),
        ("20130101 tf12", "20130101TF12", "", ""),
        ("121212+TF12", "19121212TF12", "", ""),
    ],
    "stdnum does not know samordningsnummer (60 added to the day)": [
        ("201301612386", "201301612386", "201301612386", ""),
        ("20130161-2386", "201301612386", "201301612386", ""),
        ("130161-2386", "201301612386", "201301612386", ""),
        ("1301612386", "201301612386", "201301612386", ""),
        ("199912912384", "199912912384", "199912912384", ""),
        ("19991291-2384", "199912912384", "199912912384", ""),
        ("991291-2384", "199912912384", "199912912384", ""),
        ("9912912384", "199912912384", "199912912384", ""),
        ("200002892388", "200002892388", "200002892388", ""),
        ("20000289-2388", "200002892388", "200002892388", ""),
        ("000289-2388", "200002892388", "200002892388", ""),
        ("0002892388", "200002892388", "200002892388", ""),
        ("2608702383", "202608702383", "202608702383", ""),
        ("202608702383", "202608702383", "202608702383", ""),
        ("202608712382", "202608712382", "202608712382", ""),
    ],
    "a spreadsheet made the number a float; no digit is lost": [
        ("201301012397.0", "201301012397", "", ""),
        ("201301012397,0", "201301012397", "", ""),
        ("201301012397.00", "201301012397", "", ""),
        ("1301012397.0", "201301012397", "", ""),
    ],
    "registers write spaces between the parts or around the number": [
        ("20130101 2397", "201301012397", "", "201301012397"),
        ("130101 2397", "201301012397", "", "201301012397"),
        ("20130101 - 2397", "201301012397", "", "201301012397"),
        ("20130101- 2397", "201301012397", "", "201301012397"),
        (" 201301012397 ", "201301012397", "", "201301012397"),
        ("201301012397\n", "201301012397", "201301012397", ""),
        ("\t201301012397", "201301012397", "", ""),
        ("20130101  2397", "201301012397", "", "201301012397"),
        ("20130101\xa02397", "201301012397", "", "201301012397"),
        ("20130101\u20092397", "201301012397", "", "201301012397"),
        ("20130101\u202f2397", "201301012397", "", "201301012397"),
        ("20130101\u20072397", "201301012397", "", "201301012397"),
    ],
    "word processors make dashes of hyphens": [
        ("20130101\u20102397", "201301012397", "", "201301012397"),
        ("20130101\u20112397", "201301012397", "", "201301012397"),
        ("20130101\u20122397", "201301012397", "", "201301012397"),
        ("20130101\u20132397", "201301012397", "", "201301012397"),
        ("20130101\u20142397", "201301012397", "", "201301012397"),
        ("20130101\u20152397", "201301012397", "", "201301012397"),
        ("20130101\u22122397", "201301012397", "", "201301012397"),
        ("130101\u20132397", "201301012397", "", "201301012397"),
    ],
    "the serial 000 is never given out; stdnum does not know": [
        ("201301010003", "", "", "201301010003"),
        ("20130101-0003", "", "", "201301010003"),
        ("130101-0003", "", "", "201301010003"),
        ("198006150000", "", "", "198006150000"),
        ("19800615-0000", "", "", "198006150000"),
        ("800615-0000", "", "", "198006150000"),
    ],
    "Skolverket takes the centuries 18, 19 and 20 only": [
        ("171301012389", "", "171301012389", "171301012389"),
        ("211301012397", "", "211301012397", "211301012397"),
    ],
    "digits of other scripts are not digits for Skolverket": [
        (ARABIC, "", ARABIC, ""),
    ],
    "stdnum drops colons, spaces and hyphens wherever they are; what is in the wrong place may be something else": [
        ("20130101:2397", "", "", "201301012397"),
        ("20130101--2397", "", "", "201301012397"),
        ("20130101+-2397", "", "", "201301012397"),
        ("2013-01-01-2397", "", "", "201301012397"),
        ("13-01-01-2397", "", "", "201301012397"),
        ("20 13 01 01 2397", "", "", "201301012397"),
        ("1301-01-2389", "", "", "201301012389"),
    ],
}


class Today(dt.date):
    """A clock that stands still."""

    @classmethod
    def today(cls) -> dt.date:
        return TODAY


@pytest.fixture(autouse=True)
def _stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(swedish, "_get_current_date", lambda: TODAY)
    monkeypatch.setattr(stdnum, "datetime", types.SimpleNamespace(date=Today))


def ours(text: str) -> str:
    found = civicno.normalise(text, TODAY)
    return found if found and not civicno.wrong_with(found) else ""


def personnummer_s(text: str) -> str:
    try:
        return swedish.parse(text).format(True)
    except swedish.PersonnummerException:
        return ""


def stdnum_s(text: str) -> str:
    try:
        compact = stdnum.validate(text)
        return f"{stdnum.get_birth_date(text):%Y%m%d}{compact[-4:]}"
    except ValidationError:
        return ""


@pytest.mark.parametrize(("text", "meant"), [(text, meant) for meant, texts in ACCEPTED.items() for text in texts])
def test_all_three_read_the_same_number(text: str, meant: str) -> None:
    assert (ours(text), personnummer_s(text), stdnum_s(text)) == (meant, meant, meant)


@pytest.mark.parametrize(("text", "why"), [(text, why) for why, texts in REFUSED.items() for text in texts])
def test_all_three_refuse_and_we_say_why(text: str, why: str) -> None:
    assert (ours(text), personnummer_s(text), stdnum_s(text)) == ("", "", "")
    found = civicno.normalise(text, TODAY)
    assert (civicno.wrong_with(found) if found else civicno.refusal(text)).startswith(why)


@pytest.mark.parametrize("row", [row for rows in DIFFERENT.values() for row in rows])
def test_each_difference_is_known(row: tuple[str, str, str, str]) -> None:
    text, *verdicts = row
    assert [ours(text), personnummer_s(text), stdnum_s(text)] == verdicts
    assert len(set(verdicts)) > 1
