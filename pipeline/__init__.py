"""Visavis: where several authors' assessments of one undertaking agree, clash, or leave each other alone."""

__version__ = "0.1.0"
