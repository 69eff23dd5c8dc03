"""Where a name does not mean what it seems to name, trap by trap."""

from __future__ import annotations

import pytest

from pipeline.config import Party, Subject
from pipeline.entities import Gazetteer, link
from pipeline.entities.traps import dateline
from pipeline.records import Article, Document, Kind, Mention, Sentence


def document(*sentences: str, entities: tuple[tuple[str, str], ...] = (), kind: Kind = "body") -> Document:
    """One paragraph, with entities given as text and label and found at every place where they stand."""
    text = " ".join(sentences)
    records: list[Sentence] = []
    start = 0
    for index, sentence in enumerate(sentences):
        records.append(Sentence(f"a:{index}", "a", index, 0, kind, start, start + len(sentence), sentence))
        start += len(sentence) + 1
    mentions = [
        Mention("a", record.sentence_id, at, at + len(name), name, label, None, None)
        for record in records
        for name, label in entities
        for at in [text.find(name, record.start, record.end)]
        if at >= 0
    ]
    article = Article("a", None, None, None, None, "t", "a.txt", "", text)
    return Document(article, tuple(records), tuple(sorted(mentions, key=lambda m: (m.start, m.end))))


def linked(name: str, *sentences: str, entities: tuple[tuple[str, str], ...] = (), kind: Kind = "body") -> list[str]:
    """The words by which one target is named, against an initiator that no sentence names."""
    subject = Subject(Party("initiator", "Ruritania"), (Party("target", name),))
    mentions = link([document(*sentences, entities=entities, kind=kind)], Gazetteer(subject))
    return [mention.text for mention in mentions if mention.target and mention.link != "carried"]


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("China", "Two destroyers crossed the East China Sea at night."),
        ("China", "The islands lie in the South China Sea."),
        ("China", "A loan from the Bank of China fell due."),
        ("China", "The story ran in the China Daily on Monday."),
        ("United States", "Several South American presidents stayed away."),
        ("United States", "Latin American exporters complained."),
        ("United States", "African American voters turned out."),
        ("United States", "A Native American tribe sued."),
        ("United States", "They told us to wait outside."),
        ("United States", "He reads the Washington Post every day."),
        ("India", "A cyclone formed over the Indian Ocean."),
        ("Iran", "Tankers left the Persian Gulf."),
        ("Switzerland", "Both armies ignored the Geneva Conventions."),
        ("Austria", "The Vienna Convention protects envoys."),
        ("Poland", "The Warsaw Pact was dissolved."),
        ("France", "It quit the Paris climate accord in June."),
        ("United Kingdom", "Snow fell across New England."),
        ("Ireland", "The border of Northern Ireland stayed open."),
        ("Guinea", "Guinea-Bissau elected a president."),
        ("Guinea", "Papua New Guinea lies north of Australia."),
        ("Guinea", "Equatorial Guinea pumps oil."),
        ("Niger", "Nigeria closed its border."),
        ("Niger", "Nigerian troops moved in."),
        ("Mali", "Somalia asked for rain."),
        ("Oman", "The Romanian team won."),
        ("Germany", "East Germany built a wall."),
        ("Mexico", "Governors met in New Mexico."),
        ("Sudan", "South Sudan held a vote."),
        ("South Korea", "North Korea fired a missile."),
        ("Democratic Party", "The Democratic Republic of Congo held a vote."),
        ("Democratic Party", "The Social Democrats lost the state."),
        ("Republican Party", "The Irish Republican Army laid down its arms."),
        ("United Nations", "The National Security Council met in secret."),
        ("Turkey", "They bought a turkey and some beans."),
        ("Poland", "He climbed the pole."),
        ("Iceland", "The ferry to Staten Island was late."),
    ],
)
def test_a_longer_name_is_not_the_country_in_it(target: str, sentence: str) -> None:
    assert linked(target, sentence) == []


@pytest.mark.parametrize(
    ("target", "sentence", "words"),
    [
        ("United States", "The U.S.-led coalition left.", ["U.S."]),
        ("United States", "Russian-American relations cooled.", ["American"]),
        ("Russia", "A Sino-Russian pipeline opened.", ["Russian"]),
        ("China", "A Sino-Russian pipeline opened.", ["Sino"]),
        ("Russia", "Anti-Russian feeling ran high.", ["Russian"]),
        ("Russia", "Russia’s offer stands.", ["Russia"]),
        ("Niger", "Niger and Nigeria signed.", ["Niger"]),
        ("Ireland", "Ireland, unlike Northern Ireland, kept the euro.", ["Ireland"]),
        ("South Korea", "North and South Korea met.", ["South Korea"]),
        ("Dominican Republic", "A Dominican envoy called.", ["Dominican"]),
        ("Republic of the Congo", "The Republic of Congo signed.", ["Republic of Congo"]),
        ("China", "CHINA BACKS DEAL", ["CHINA"]),
        ("United States", "US AND CHINA SIGN", ["US"]),
        ("Turkey", "Turkey closed the straits.", ["Turkey"]),
        ("Georgia", "Georgia sealed its border with Russia.", ["Georgia"]),
    ],
)
def test_the_country_itself_is_linked(target: str, sentence: str, words: list[str]) -> None:
    assert linked(target, sentence) == words


def test_us_in_a_shouted_headline_may_be_a_pronoun() -> None:
    assert linked("United States", "MINISTER TELLS US TO GO HOME", kind="title") == []


@pytest.mark.parametrize(
    ("target", "sentence", "person"),
    [
        ("United States", "George Washington crossed the river.", "George Washington"),
        ("United States", "Denzel Washington played the part.", "Denzel Washington"),
        ("Georgia", "Georgia O’Keeffe painted bones.", "Georgia O’Keeffe"),
        ("France", "Paris Hilton opened the shop.", "Paris Hilton"),
        ("Israel", "Israel Smith scored twice.", "Israel Smith"),
        ("Jordan", "Michael Jordan bought the club.", "Michael Jordan"),
        ("Chad", "Chad Miller wrote the song.", "Chad Miller"),
    ],
)
def test_a_person_of_a_countrys_name_is_not_the_country(target: str, sentence: str, person: str) -> None:
    assert linked(target, sentence, entities=((person, "PERSON"),)) == []


def test_a_given_name_before_a_family_name_needs_no_entity() -> None:
    assert linked("Georgia", "Georgia O’Keeffe painted bones.") == []
    assert linked("France", "Paris Hilton opened the shop.") == []
    assert linked("Georgia", "Then Georgia President Jane Doe spoke.") == ["Georgia"]


def test_the_label_person_alone_does_not_make_a_country_a_person() -> None:
    assert linked("Chad", "Chad closed its border.", entities=(("Chad", "PERSON"),)) == ["Chad"]


def test_a_name_alone_is_the_persons_where_the_article_gives_him_a_title() -> None:
    assert linked("Jordan", "Mr. Jordan called.", "Jordan would not say more.", entities=(("Jordan", "PERSON"),)) == []


def test_a_country_before_a_title_is_not_part_of_the_persons_name() -> None:
    entities = (("Russia President Ivan Petrov", "PERSON"),)
    assert linked("Russia", "Russia President Ivan Petrov spoke.", entities=entities)[0] == "Russia"


@pytest.mark.parametrize(
    ("target", "sentences"),
    [
        ("Georgia", ("Voters in Atlanta and Savannah decide.", "Georgia goes to the polls on Tuesday.")),
        ("United States", ("Rain fell in Seattle and Tacoma.", "Washington issued a flood warning.")),
        ("Turkey", ("Families sat down for Thanksgiving.", "Turkey was on the table.")),
        ("Netherlands", ("The tribunal heard judges speak.", "Appeals go to The Hague.")),
    ],
)
def test_the_articles_other_words_tell_a_namesake(target: str, sentences: tuple[str, ...]) -> None:
    assert linked(target, *sentences) == []


def test_a_word_that_countries_share_is_the_one_that_the_article_names() -> None:
    assert linked("Dominica", "Dominica voted.", "The Dominican cabinet met.") == ["Dominica", "Dominican"]
    assert linked("Dominica", "Santo Domingo voted.", "The Dominican cabinet met.") == []
    assert linked("South Korea", "Korean carmakers gained.") == ["Korean"]
    assert linked("South Korea", "Pyongyang was silent.", "Korean soldiers marched.") == []
    assert linked("North Korea", "Korean carmakers gained.") == []


def test_a_city_in_the_name_of_a_company_is_not_the_government() -> None:
    assert linked("United States", "Washington Mutual failed.", entities=(("Washington Mutual", "ORG"),)) == []


def test_a_country_in_the_middle_of_a_bodys_name_is_not_meant() -> None:
    entities = (("American Israel Public Affairs Committee", "ORG"),)
    assert linked("Israel", "The American Israel Public Affairs Committee met.", entities=entities) == []


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("LONDON (Reuters) - Talks failed.", 19),
        ("WASHINGTON — Talks failed.", 13),
        ("MOSCOW, Nov. 3 (AP) -- Talks failed.", 23),
        ("GEORGETOWN—Talks failed.", 11),
        ("BERLIN (AP) Talks failed.", 12),
        ("Talks failed.", 0),
        ("EU and U.S. talks - again - failed.", 0),
    ],
)
def test_a_dateline_ends_where_the_story_begins(text: str, length: int) -> None:
    assert dateline(text) == length


def test_the_place_of_a_dateline_is_not_linked() -> None:
    assert linked("Russia", "MOSCOW (AP) — Talks with Russia failed.") == ["Russia"]
    assert linked("Russia", "MOSCOW - TALKS FAIL", kind="title") == ["MOSCOW"]
