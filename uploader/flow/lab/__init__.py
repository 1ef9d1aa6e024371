"""The presign lab: a form of one's own design, on the real bucket.

workbench         designs, signs, judges and inspects a form
attack_runner     runs every attack on it, and cleans up
sequence_diagram  the trace of an upload as Mermaid and Markdown
"""

from uploader.flow.lab.workbench import Lab, sample_picture

__all__ = ["Lab", "sample_picture"]
