"""Who reaches out to whom, where the configuration does not say."""

from __future__ import annotations

from pipeline.config import DiscoverConfig
from pipeline.entities import discover
from pipeline.records import Article, Document, Kind, Mention, Sentence


def document(article_id: str, *names: str, title: str = "", author: str | None = None) -> Document:
    """An article whose every sentence is one entity, written ``LABEL:name``; the title is one, too."""
    sentences: list[Sentence] = []
    mentions: list[Mention] = []
    at = 0
    for index, entry in enumerate([*([title] if title else []), *names]):
        label, _, name = entry.partition(":")
        kind: Kind = "title" if title and not index else "body"
        sentence = Sentence(f"{article_id}:{index}", article_id, index, index, kind, at, at + len(name), name)
        sentences.append(sentence)
        mentions.append(Mention(article_id, sentence.sentence_id, at, at + len(name), name, label, None, None))
        at += len(name) + 1
    text = "\n".join(sentence.text for sentence in sentences)
    article = Article(article_id, None, author, None, None, "t", article_id, "", text)
    return Document(article, tuple(sentences), tuple(mentions))


def names(*documents: Document, **config: int) -> list[str]:
    subject = discover(documents, DiscoverConfig(**config))
    return [party.name for party in subject.parties()] if subject else []


def test_the_initiator_is_in_most_articles_and_named_most_often() -> None:
    first = document("a", "GPE:France", "GPE:Spain", "GPE:Spain", "GPE:Chile")
    second = document("b", "GPE:Spain", "GPE:France", "GPE:Peru")
    assert names(first, second) == ["Spain", "France"]


def test_a_title_counts_three_times() -> None:
    first = document("a", "GPE:Spain", "GPE:France", "GPE:Spain", title="GPE:France")
    second = document("b", "GPE:Spain", "GPE:France")
    assert names(first, second) == ["France", "Spain"]


def test_a_country_counts_under_all_its_names() -> None:
    first = document("a", "GPE:Moscow", "NORP:Russians", "GPE:France", "GPE:Paris")
    second = document("b", "GPE:Russia", "GPE:the Kremlin", "NORP:French")
    assert names(first, second) == ["Russia", "France"]


def test_a_family_name_counts_under_the_full_name() -> None:
    first = document("a", "PERSON:Jane Doe", "PERSON:Doe", "GPE:France", "GPE:France")
    second = document("b", "PERSON:Doe", "GPE:France")
    assert names(first, second) == ["France", "Jane Doe"]


def test_two_of_a_family_keep_their_own_names() -> None:
    articles = [document(name, "PERSON:Jane Doe", "PERSON:Ann Doe", "PERSON:Ann Doe") for name in "ab"]
    assert names(*articles) == ["Ann Doe", "Jane Doe"]


def test_the_author_is_no_party() -> None:
    articles = [document(name, "PERSON:Jane Doe", "GPE:France", "GPE:Spain", author="Jane Doe") for name in "ab"]
    assert names(*articles) == ["France", "Spain"]


def test_what_only_one_article_names_is_no_target_where_others_are_shared() -> None:
    articles = [document("a", *["GPE:Chile"] * 9, "GPE:France", "GPE:Spain"), document("b", "GPE:France", "GPE:Spain")]
    assert names(*articles) == ["France", "Spain"]


def test_there_are_no_more_targets_than_configured() -> None:
    articles = [document(name, "GPE:France", "GPE:Spain", "GPE:Chile", "GPE:Peru") for name in "ab"]
    assert len(names(*articles, max_targets=2)) == 3


def test_one_article_is_enough() -> None:
    assert names(document("a", "GPE:France", "GPE:Spain", "GPE:Spain")) == ["Spain", "France"]


def test_fewer_than_two_entities_are_no_subject() -> None:
    assert discover([document("a", "GPE:France")], DiscoverConfig()) is None
    assert discover([], DiscoverConfig()) is None


def test_numbers_and_dates_are_no_parties() -> None:
    articles = [document(name, "DATE:Monday", "CARDINAL:Seven", "GPE:France", "GPE:Spain") for name in "ab"]
    assert names(*articles) == ["France", "Spain"]


def test_the_place_of_a_dateline_and_a_faith_are_no_parties() -> None:
    articles = [document(name, "GPE:France", "GPE:Spain", "NORP:Muslim") for name in "ab"]
    told = "LISBON (AP) — Rain fell."
    for at, article in enumerate(articles):
        start = len(article.article.text) + 1
        name = article.article.article_id
        sentence = Sentence(f"{name}:9", name, 9, 9, "body", start, start + len(told), told)
        place = Mention(name, sentence.sentence_id, start, start + 6, "LISBON", "GPE", None, None)
        articles[at] = Document(article.article, (*article.sentences, sentence), (*article.mentions, place))
    assert names(*articles) == ["France", "Spain"]


def test_ids_are_unique() -> None:
    articles = [document(name, "ORG:Acme-Nord", "ORG:Acme Nord", "ORG:Acme Nord") for name in "ab"]
    subject = discover(articles, DiscoverConfig())
    assert subject is not None
    assert [party.id for party in subject.parties()] == ["acme_nord", "acme_nord_2"]
