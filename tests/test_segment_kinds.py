"""Title, byline, body and furniture."""

from __future__ import annotations

import pytest

from pipeline.records import Article
from pipeline.segment.byline import is_byline, is_date
from pipeline.segment.furniture import is_furniture_paragraph, is_furniture_sentence
from pipeline.segment.kinds import kinds
from pipeline.segment.paragraphs import paragraphs

BODY = "The envoys met for the third time this year, and again they parted without a result."


def found(text: str, title: str | None = None, author: str | None = None, publisher: str | None = None) -> str:
    article = Article("a", title, author, publisher, None, "t", "a.txt", "0", text)
    return " ".join(kinds(article, paragraphs(text)))


@pytest.mark.parametrize(
    ("top", "expected"),
    [
        ("Talks end in Nordhavn", "title"),
        ("Can the talks succeed?", "title"),
        ("# Talks end\n\nBy Ann Lee and Bo Dahl, Example News", "title byline"),
        ("Talks end\n\nMay 3, 2016", "title byline"),
        ("Talks end\n\nPublished: Tuesday, 3 May 2016, 10:15 a.m. EDT | Updated 4 May 2016", "title byline"),
        ("Talks end\n\nAnn Lee\n\nSenior Fellow, Institute of Ports\n\n2016-05-03", "title byline byline byline"),
        ("Talks end\n\nNo winner in the third round\n\nBy Ann Lee", "title body byline"),
        ("By Ann Lee\n\nTalks end", "byline title"),
        ("---\ntitle: Talks end\n---\n\nTalks end", "furniture title"),
        ("Talks end\n\nTalks end", "title furniture"),
        ("NORDHAVN — The talks ended on Monday without any result, officials of both sides said.", "body"),
        ("The talks ended.", "body"),
    ],
)
def test_the_top_of_an_article(top: str, expected: str) -> None:
    assert found(f"{top}\n\n{BODY}\n\n{BODY}") == f"{expected} body body"


def test_the_title_given_is_the_title_even_with_a_full_stop() -> None:
    assert found(f"The “talks” failed.\n\n{BODY}", title='The "talks" failed.') == "title body"


def test_the_author_and_publisher_given_are_bylines_at_the_top() -> None:
    top = "Talks end\n\nann lee\n\nHarbour Watch"
    assert found(f"{top}\n\n{BODY}", author="Ann Lee", publisher="Harbour Watch") == "title byline byline body"


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("About the Author", "furniture"),
        ("About the author\n\nAnn Lee has spent her life at sea.", "furniture furniture"),
        ("Ann Lee is a senior fellow at the Institute of Ports.", "furniture"),
        ("*Ann Lee is the author of “Ports.” Follow her on Twitter.*", "furniture"),
        ("Notes\n\n1. Harbour Watch, 3 May 2016.", "furniture furniture"),
        ("Last updated on 3 May 2016", "byline"),
        ("## More to come", "furniture"),
        ("## What comes next\n\nNobody knows.", "body body"),
        ("Bo Dahl is the director of the port, and he wants the bridge.", "body"),
        ("The last word is not yet spoken", "body"),
    ],
)
def test_the_end_of_an_article(end: str, expected: str) -> None:
    assert found(f"Talks end\n\n{BODY}\n\n{BODY}\n\n{BODY}\n\n{end}") == f"title body body body {expected}"


def test_a_note_on_somebody_else_than_the_author_given_is_body() -> None:
    text = f"Talks end\n\n{BODY}\n\n{BODY}\n\nBo Dahl is a professor at the naval school."
    assert found(text, author="Ann Lee") == "title body body body"
    assert found(text, author="Bo Dahl") == "title body body furniture"


def test_a_section_that_is_much_of_the_article_is_body_whatever_its_heading() -> None:
    assert found(f"Talks end\n\n{BODY}\n\nSources\n\n{BODY}\n\n{BODY}") == "title body body body body"


@pytest.mark.parametrize(
    "text",
    [
        "Next: Bo Dahl on the ferry",
        "Read more: The bridge nobody wants",
        "Related: Ferry fares",
        "Related stories",
        "See also the interview with Bo Dahl",
        "Click here for the full text.",
        "Follow Ann Lee on Twitter @annlee",
        "Sign up for our daily newsletter",
        "Subscribe to Harbour Watch",
        "ADVERTISEMENT",
        "Share this article",
        "Tags: trade, ports",
        "The views expressed in this article are those of the author alone.",
        "Opinions expressed by the authors do not necessarily reflect the position of the Institute.",
        "© 2016 Harbour Watch. All rights reserved.",
        "Copyright 2016 Harbour Watch",
        "This article was originally published in Harbour Watch.",
        "(Reporting by Ann Lee; Editing by Bo Dahl)",
        "Ann Lee reported from Nordhavn, and Bo Dahl from Sudby.",
        "(Additional reporting by Ann Lee and Bo Dahl in Nordhavn; Writing by Cy Oda.)",
        "Photo by Bo Dahl/Newswire",
        "The article originally appeared in Harbour Watch.",
        "Originally published by Harbour Watch on May 3, 2016.",
        "All opinions are her own.",
        "This material may not be published, broadcast, rewritten or redistributed.",
        "Ann Lee contributed reporting from Nordhavn.",
        "Photo: Bo Dahl/Newswire",
        "The bridge in May.CreditBo Dahl/Reuters",
        "File photo: the bridge in winter",
        "![The bridge](bridge.png)",
        "Correction: An earlier version of this article misnamed the bridge.",
    ],
)
def test_wording_that_marks_furniture(text: str) -> None:
    assert is_furniture_paragraph(text)


@pytest.mark.parametrize(
    "text",
    [
        "Next, the talks will move to Sudby.",
        "The next round is in May.",
        "Related industries will suffer from the tariff as well.",
        "Follow the money, and you will find the bridge.",
        "Subscribers lost money when the paper closed.",
        "Sign up for war, his critics say, and you sign up for debt.",
        "The views expressed by Norland do not necessarily reflect those of its allies.",
        "Copyright law divides the two countries.",
        "Norland shares this concern.",
        "Share prices fell on Monday.",
        "Image matters: Norland wants to look strong.",
        "Updated: Bo Dahl on Sunday tried to explain his remark.",
        "Newswire reported from Nordhavn that the talks had failed and that no new date was set.",
        "Credit markets froze in both countries.",
        "More than 2,000 people crossed the bridge.",
        "Read the treaty closely and its purpose is plain.",
        "Comments by the minister annoyed Norland.",
        "Watch for Norland to walk away.",
        "Sources: none of them would be named in this matter, and all of them agreed that trade will suffer.",
        "Like me, he fears the bridge.",
        "Also in May, the two sides said:",
        "The views expressed in the survey show a deep distrust of Norland.",
        "The report was published on Friday by the Institute of Ports.",
        "This report was published by Norland to clear its name.",
        "First published in 1994, the treaty still divides the two countries.",
        "The minutes may not be published before the vote.",
        "(c) Norland shall withdraw its ships.",
        "Research by Harbour Watch shows that trade fell.",
        "Reporting by Harbour Watch showed that trade fell.",
        "Images by Newswire showed smoke above the bridge.",
        "Credit — or blame — goes to Norland.",
        "His views on the bridge are known.",
        "Tagged fish cross the border each year.",
    ],
)
def test_wording_that_only_looks_like_furniture(text: str) -> None:
    assert not is_furniture_paragraph(text)


def test_a_credit_at_the_end_of_a_paragraph_is_furniture_by_itself() -> None:
    assert is_furniture_sentence("The Newswire contributed to this report.")
    assert not is_furniture_sentence("The Newswire contributed to the unease.")


@pytest.mark.parametrize(
    "line", ["By ANN LEE", "by Ann Lee", "By Ann van Lee | Harbour Watch", "By: Ann Lee, staff writer"]
)
def test_bylines(line: str) -> None:
    assert is_byline(line)


@pytest.mark.parametrize(
    "line", ["By May the talks failed", "By Land or by Sea", "By Norland's account, it won.", "Byron Lee"]
)
def test_lines_that_are_no_bylines(line: str) -> None:
    assert not is_byline(line)


@pytest.mark.parametrize(
    "line", ["May 3, 2016", "Tues., 3rd May 2016", "2016-05-03T10:15:00Z", "03/05/2016", "Nordhavn, May 3, 2016"]
)
def test_dates(line: str) -> None:
    assert is_date(line)


@pytest.mark.parametrize("line", ["2014", "The talks of May 3, 2016", "May", "In 2016"])
def test_lines_that_are_no_dates(line: str) -> None:
    assert not is_date(line)
