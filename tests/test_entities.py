"""The entities stage: what is recognised, and which sentences bear on which targets."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import spacy_model
from pipeline.config import Party, Subject
from pipeline.entities import Gazetteer, link, recognise
from pipeline.records import Article, Document, Kind, Mention, Sentence

if TYPE_CHECKING:
    from spacy.language import Language

SUBJECT = Subject(
    Party("ruritania", "North Korea"),
    (
        Party("russia", "Russia"),
        Party("europe", "Europe", members=("Germany", "Italy")),
        Party("south_korea", "South Korea"),
        Party("doe", "Jane Doe"),
        Party("unions", "trade unions"),
        Party("commission", "Fisheries Commission"),
    ),
)


def document(text: str, kinds: str = "", article_id: str = "a") -> Document:
    """An article: a line is a paragraph, ``|`` ends a sentence; ``kinds`` is a letter for each sentence."""
    records: list[Sentence] = []
    at = 0
    names: dict[str, Kind] = {"t": "title", "l": "byline", "b": "body", "f": "furniture"}
    for number, paragraph in enumerate(text.split("\n")):
        for sentence in paragraph.split("|"):
            index = len(records)
            kind = names[kinds[index]] if kinds else "body"
            records.append(
                Sentence(f"{article_id}:{index}", article_id, index, number, kind, at, at + len(sentence), sentence)
            )
            at += len(sentence) + 1
    article = Article(article_id, None, None, None, None, "t", article_id, "", text.replace("|", " "))
    return Document(article, tuple(record for record in records if record.text), ())


@cache
def ruler() -> Language:
    import spacy

    nlp = spacy.blank("en")
    patterns = [
        ("Jane Doe", "PERSON"),
        ("Doe", "PERSON"),
        ("Russia", "GPE"),
        ("Lisbon", "GPE"),
        ("Ivan Petrov", "PERSON"),
    ]
    entity_ruler = nlp.add_pipe("entity_ruler")
    entity_ruler.add_patterns([{"label": label, "pattern": name} for name, label in patterns])  # type: ignore[attr-defined]
    return nlp


@cache
def gazetteer() -> Gazetteer:
    return Gazetteer(SUBJECT)


def linked(text: str, kinds: str = "") -> list[str]:
    documents = recognise([document(text, kinds)], ruler())
    found = link(documents, gazetteer())
    return [f"{m.sentence_id[2:]} {m.target} {m.link} {m.text}" for m in found if m.target]


def test_entities_have_the_articles_offsets() -> None:
    text = "Rain in Lisbon.|So?\n\nThen “Russia” signed."
    mentions = next(iter(recognise([document(text)], ruler()))).mentions
    assert [(m.sentence_id, m.text, m.label, text[m.start : m.end]) for m in mentions] == [
        ("a:0", "Lisbon", "GPE", "Lisbon"),
        ("a:3", "Russia", "GPE", "Russia"),
    ]


def test_bylines_and_furniture_have_no_entities_and_no_links() -> None:
    text = "Russia signs\nBy Jane Doe\nRussia signed.\nRead more on Russia"
    assert linked(text, "tlbf") == ["0 russia name Russia", "2 russia name Russia"]


def test_an_article_without_sentences_stays_in_its_place() -> None:
    empty = document("", article_id="b")
    found = list(recognise([document("Russia."), empty, document("Lisbon.", article_id="c")], ruler()))
    assert [(d.article.article_id, len(d.mentions)) for d in found] == [("a", 1), ("b", 0), ("c", 1)]


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("Russia signed.", ["0 russia name Russia"]),
        ("A Russian ship docked.", ["0 russia demonym Russian"]),
        ("The Kremlin signed.", ["0 russia capital Kremlin"]),
        ("Vladimir Putin signed.", ["0 russia leader Vladimir Putin"]),
        ("The German chancellor signed.", ["0 europe member German"]),
        ("Russia waited.|Both sides signed.", ["0 russia name Russia", "1 russia carried Both sides"]),
        (
            "President Park Geun-hye met President Vladimir Putin.",
            ["0 south_korea leader Park Geun-hye", "0 russia leader Vladimir Putin"],
        ),
        ("Trade unions struck.", ["0 unions name Trade unions"]),
        ("Doe and Jane Doe are one.", ["0 doe name Doe", "0 doe name Jane Doe"]),
    ],
)
def test_every_kind_of_link(text: str, links: list[str]) -> None:
    assert linked(text) == links


def test_the_initiator_is_marked_and_never_a_target() -> None:
    found = [m for m in link([document("Pyongyang wrote to Moscow.")], gazetteer()) if m.link or m.initiator]
    assert [(m.text, m.target, m.link, m.initiator) for m in found] == [
        ("Pyongyang", None, None, True),
        ("Moscow", "russia", "capital", False),
    ]


def test_an_entity_over_the_same_words_gives_the_link_its_label() -> None:
    found = list(link(recognise([document("Russia signed in Lisbon.")], ruler()), gazetteer()))
    assert [(m.text, m.label, m.target) for m in found] == [("Russia", "GPE", "russia"), ("Lisbon", "GPE", None)]


def test_a_body_is_called_by_its_noun_once_it_has_been_named() -> None:
    assert linked("The commission sat.") == []
    text = "The Fisheries Commission sat.|The commission sat long.|A Senate commission slept.|The commission woke."
    assert linked(text)[:2] == ["0 commission name Fisheries Commission", "1 commission name The commission"]
    assert [line for line in linked(text) if line.startswith("3") and " name " in line] == []
    assert linked("The Fisheries Commission sat.|The commission of inquiry met Russia.")[1:] == ["1 russia name Russia"]


def test_a_common_noun_is_its_head_alone() -> None:
    assert linked("The unions struck.") == ["0 unions name The unions"]


def test_an_acronym_that_the_article_explains_is_a_name() -> None:
    assert linked("The Fisheries Commission (FiCo) sat in Lisbon.|FiCo left.")[-1] == "1 commission name FiCo"


def test_the_long_name_of_a_party_that_goes_by_an_acronym_is_known() -> None:
    subject = Subject(Party("i", "Ruritania"), (Party("fbi", "FBI"),))
    text = "The Federal Bureau of Investigation opened a file; the F.B.I. closed it."
    assert [m.text for m in link([document(text)], Gazetteer(subject)) if m.target] == [
        "Federal Bureau of Investigation",
        "F.B.I.",
    ]


def test_possessives_and_typographic_apostrophes_do_not_hide_a_name() -> None:
    assert linked("Russia’s and Germany's offers.") == ["0 russia name Russia", "0 europe member Germany"]


PIECES = st.sampled_from(
    [
        "Russia",
        "Moscow",
        "’s",
        "It",
        "they",
        "both sides",
        "Jane Doe",
        "Doe",
        "the",
        "North Korea",
        "Berlin",
        "Lisbon",
        "(UN)",
        "signed",
        "trade unions",
        "The commission",
        "Fisheries Commission",
        "🙂",
        "—",
        "“",
        "”",
        "U.S.",
        "MOSCOW (AP) — ",
    ]
)
TEXTS = st.lists(
    st.lists(st.lists(PIECES, min_size=1, max_size=6).map(" ".join), min_size=1, max_size=4).map("|".join),
    min_size=1,
    max_size=4,
).map("\n".join)


def mentions(texts: list[str]) -> list[Mention]:
    documents = (document(text, article_id=f"a{number}") for number, text in enumerate(texts))
    return list(link(recognise(documents, ruler()), gazetteer()))


@given(TEXTS)
def test_offsets_are_exact_and_in_order(text: str) -> None:
    sentences = {sentence.sentence_id: sentence for sentence in document(text, article_id="a0").sentences}
    found = mentions([text])
    assert [m.text for m in found] == [text.replace("|", " ")[m.start : m.end] for m in found]
    assert all(sentences[m.sentence_id].start <= m.start < m.end <= sentences[m.sentence_id].end for m in found)
    assert [m.start for m in found] == sorted(m.start for m in found)


@given(TEXTS)
def test_targets_are_the_subjects_and_have_a_kind(text: str) -> None:
    ids = {party.id for party in SUBJECT.target}
    for mention in mentions([text]):
        assert (mention.target is None) == (mention.link is None)
        assert mention.target is None or mention.target in ids
        assert not (mention.initiator and mention.target)


@given(st.lists(TEXTS, max_size=3))
def test_articles_do_not_bear_on_each_other(texts: list[str]) -> None:
    together = mentions(texts)
    apart = [
        mention
        for number, text in enumerate(texts)
        for mention in link(recognise([document(text, article_id=f"a{number}")], ruler()), gazetteer())
    ]
    assert together == apart


@given(TEXTS)
def test_linking_again_changes_nothing(text: str) -> None:
    recognised = list(recognise([document(text)], ruler()))
    first = list(link(recognised, gazetteer()))
    assert list(link(recognised, Gazetteer(SUBJECT))) == first


def test_documents_are_taken_one_by_one() -> None:
    taken: list[int] = []

    def documents() -> Iterator[Document]:
        for number in range(3):
            taken.append(number)
            yield document("Russia signed.", article_id=f"a{number}")

    found = link(documents(), gazetteer())
    assert next(found).article_id == "a0"
    assert taken == [0]


@cache
def model() -> Language:
    return spacy_model.load(("parser", "tagger", "attribute_ruler", "lemmatizer", "senter"))


@pytest.mark.model
@pytest.mark.parametrize(
    ("target", "text", "words"),
    [
        ("United States", "Actor Denzel Washington left Washington for Moscow.", ["Washington"]),
        ("Georgia", "The painter Georgia Totto O'Keeffe never saw Tbilisi.", ["Tbilisi"]),
        ("Jordan", "Michael Jordan played in Chicago.", []),
        ("Jordan", "Jordan reopened its border with Syria on Monday.", ["Jordan"]),
        ("Barack Obama", "Barack Obama spoke on Monday.|Mr. Obama then met senators.", ["Barack Obama", "Obama"]),
        (
            "Denmark",
            "The Danish prime minister, Mette Holm, arrived on Monday.|Holm met reporters.",
            ["Danish", "Mette Holm", "Holm"],
        ),
        ("Republican Party", "Republicans in the Senate voted with the G.O.P. leadership.", ["Republicans", "G.O.P."]),
    ],
)
def test_the_model_tells_persons_from_places(target: str, text: str, words: list[str]) -> None:
    subject = Subject(Party("i", "Ruritania"), (Party("t", target),))
    found = link(recognise([document(text)], model()), Gazetteer(subject))
    assert [m.text for m in found if m.target and m.link != "carried"] == words


@pytest.mark.model
def test_the_model_sees_the_same_at_every_batch() -> None:
    texts = ["Russia and Germany signed in Lisbon.\nJane Doe left Moscow.", "Paris waited.", "Nothing."]
    together = list(recognise([document(text, article_id=f"a{n}") for n, text in enumerate(texts)], model()))
    apart = [next(iter(recognise([document(text, article_id=f"a{n}")], model()))) for n, text in enumerate(texts)]
    assert together == apart
