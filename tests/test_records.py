"""The public records: what they take, what they refuse and in which words, and their JSON Schema."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from conftest import visavis
from hypothesis import given
from hypothesis import strategies as st
from msgspec import inspect as types

from pipeline.records import RECORDS, Article, Judgement, ReportRecord, Sentence, decode, encode, schema
from pipeline.store import Run

ENCODABLE = st.characters(exclude_categories=["Cs"])
SAFE = 2**53

ARTICLE: dict[str, Any] = {
    "article_id": "a",
    "title": None,
    "author": None,
    "publisher": None,
    "date": None,
    "topic": "t",
    "source": "a.txt",
    "sha256": "0",
    "text": "x",
}
SENTENCE: dict[str, Any] = {
    "sentence_id": "a:0",
    "article_id": "a",
    "index": 0,
    "paragraph": 0,
    "kind": "body",
    "start": 0,
    "end": 1,
    "text": "x",
}
JUDGEMENT: dict[str, Any] = {
    "article_id": "a",
    "sentence_id": "a:0",
    "target": "t",
    "stance": "positive",
    "score": 0.5,
    "confidence": 0.5,
    "modality": "asserted",
    "tone": "neutral",
    "rationale": [{"start": 0, "end": 1, "weight": 0.1}],
    "corrected": False,
}
POSITION: dict[str, Any] = {
    "article_id": "a",
    "author": None,
    "stance": "mixed",
    "score": 0,
    "interval": [0, 1],
    "votes": {"mixed": 1},
    "evidence": [],
}
TARGET: dict[str, Any] = {
    "record": "target",
    "topic": "t",
    "target": "x",
    "name": "X",
    "relation": "agree",
    "authors": [POSITION],
    "unpaired": [],
}


def values(of: types.Type) -> st.SearchStrategy[Any]:
    """All values of a field's type, within its bounds."""
    made: st.SearchStrategy[Any]
    match of:
        case types.NoneType() | types.BoolType():
            made = st.none() if isinstance(of, types.NoneType) else st.booleans()
        case types.IntType(ge=least):
            made = st.integers(-SAFE if least is None else least, SAFE)
        case types.FloatType(ge=least, le=most):
            made = st.floats(least, most, allow_nan=False, allow_infinity=False)
        case types.StrType(pattern=str(pattern)):
            made = st.from_regex(pattern, fullmatch=True)
        case types.StrType(min_length=shortest):
            made = st.text(ENCODABLE, min_size=shortest or 0)
        case types.LiteralType(values=allowed):
            made = st.sampled_from(allowed)
        case types.UnionType(types=several):
            made = st.one_of(*map(values, several))
        case types.VarTupleType(item_type=item):
            made = st.lists(values(item), max_size=3).map(tuple)
        case types.TupleType(item_types=items):
            made = st.tuples(*map(values, items))
        case types.DictType(key_type=key, value_type=value):
            made = st.dictionaries(values(key), values(value), max_size=3)
        case types.StructType(cls=record, fields=fields):
            made = st.builds(record, **{field.name: values(field.type) for field in fields})
        case _:
            raise NotImplementedError(of)
    return made


@pytest.mark.parametrize("name", RECORDS)
def test_every_record_comes_back_from_a_file_as_it_was(name: str) -> None:
    @given(st.lists(values(types.type_info(RECORDS[name])), max_size=4))
    def holds(rows: list[Any]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            run = Run(Path(folder))
            run.write("articles" if name == "articles" else name, rows)
            path = run.file(name)
            assert path.read_bytes().count(b"\n") == len(rows)
            with path.open("rb") as file:
                found = [decode(json.loads(line), RECORDS[name]) for line in file]
            assert found == rows

    holds()


def without(row: dict[str, Any], field: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != field}


@pytest.mark.parametrize(
    ("record", "row", "message"),
    [
        (Sentence, without(SENTENCE, "start"), '"start" is missing'),
        (Sentence, SENTENCE | {"start": "0"}, '"start" must be int, not str'),
        (Sentence, SENTENCE | {"start": 1.5}, '"start" must be int, not float'),
        (Sentence, SENTENCE | {"start": -1}, '"start" must be int >= 0'),
        (Sentence, SENTENCE | {"kind": "headline"}, "\"kind\" cannot be 'headline'"),
        (Sentence, SENTENCE | {"sentence_id": ""}, '"sentence_id" must be str of length >= 1'),
        (Sentence, [SENTENCE], "must be object, not array"),
        (Sentence, None, "must be object, not null"),
        (Article, ARTICLE | {"title": 5}, '"title" must be str | null, not int'),
        (
            Article,
            ARTICLE | {"date": "25 November 2014"},
            '"date" must be a date such as 2014, 2014-11 or 2014-11-25',
        ),
        (Judgement, JUDGEMENT | {"stance": "good"}, "\"stance\" cannot be 'good'"),
        (Judgement, JUDGEMENT | {"score": -1.5}, '"score" must be float >= -1.0'),
        (Judgement, JUDGEMENT | {"confidence": 1.1}, '"confidence" must be float <= 1.0'),
        (Judgement, JUDGEMENT | {"confidence": None}, '"confidence" must be float, not null'),
        (Judgement, JUDGEMENT | {"corrected": 0}, '"corrected" must be bool, not int'),
        (Judgement, JUDGEMENT | {"rationale": {}}, '"rationale" must be array, not object'),
        (Judgement, JUDGEMENT | {"rationale": [{"start": 0, "end": 1}]}, '"rationale[0].weight" is missing'),
        (
            Judgement,
            JUDGEMENT | {"rationale": [{"start": 0, "end": -1, "weight": 0}]},
            '"rationale[0].end" must be int >= 0',
        ),
        (ReportRecord, without(TARGET, "record"), '"record" is missing'),
        (ReportRecord, TARGET | {"record": "targets"}, "\"record\" cannot be 'targets'"),
        (ReportRecord, TARGET | {"relation": "alike"}, "\"relation\" cannot be 'alike'"),
        (ReportRecord, TARGET | {"relation": [{"a": "a", "b": "b"}]}, '"relation[0].relation" is missing'),
        (
            ReportRecord,
            TARGET | {"authors": [POSITION | {"interval": [0]}]},
            '"authors[0].interval" must be array of length 2, got 1',
        ),
        (
            ReportRecord,
            TARGET | {"authors": [POSITION | {"votes": {"good": 1}}]},
            "\"authors[0].votes\" cannot have 'good'",
        ),
    ],
)
def test_a_row_that_is_not_the_record_is_refused_by_field(record: Any, row: Any, message: str) -> None:
    with pytest.raises(ValueError) as error:
        decode(row, record)
    assert str(error.value) == message


def test_fields_of_later_versions_are_passed_over() -> None:
    assert decode(SENTENCE | {"language": "en"}, Sentence) == decode(SENTENCE, Sentence)


@pytest.mark.parametrize(("record", "row"), [(Article, ARTICLE), (Sentence, SENTENCE), (Judgement, JUDGEMENT)])
def test_keys_are_written_in_the_order_of_the_fields(record: Any, row: dict[str, Any]) -> None:
    shuffled = dict(sorted(row.items(), reverse=True))
    assert list(json.loads(encode(decode(shuffled, record)))) == list(row)


@pytest.mark.parametrize("name", RECORDS)
def test_the_schema_command_prints_a_valid_schema_of_each_record(name: str) -> None:
    outcome = visavis("schema", name)
    assert (outcome.code, outcome.err) == (0, "")
    printed = json.loads(outcome.out)
    jsonschema.Draft202012Validator.check_schema(printed)
    assert printed == schema(name)


def test_without_a_record_the_schema_command_prints_all() -> None:
    assert json.loads(visavis("schema").out) == {name: schema(name) for name in RECORDS}


def test_the_schema_refuses_what_reading_refuses() -> None:
    validator = jsonschema.Draft202012Validator(schema("sentences"))
    assert validator.is_valid(SENTENCE)
    for change in ({"start": -1}, {"kind": "headline"}, {"text": None}, {"sentence_id": ""}):
        assert not validator.is_valid(SENTENCE | change)
    assert not validator.is_valid(without(SENTENCE, "text"))


@pytest.mark.model
@pytest.mark.parametrize("name", RECORDS)
def test_every_line_of_a_real_run_is_valid_with_its_keys_in_field_order(name: str, sample_run: Path) -> None:
    validator = jsonschema.Draft202012Validator(schema(name))
    rows = [json.loads(line) for line in (sample_run / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    assert bool(rows) == (name != "rejected")
    for row in rows:
        validator.validate(row)
        assert list(row) == expected_keys(RECORDS[name], row)


def expected_keys(record: Any, row: dict[str, Any]) -> list[str]:
    if record is not ReportRecord:
        return list(record.__struct_fields__)
    kinds: dict[str, Callable[..., Any]] = {cls.__struct_config__.tag: cls for cls in record.__args__}
    kind: Any = kinds[row["record"]]
    return ["record", *(field.encode_name for field in msgspec.structs.fields(kind))]
