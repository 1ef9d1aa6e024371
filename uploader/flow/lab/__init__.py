"""The presign lab: a form of one's own design, on the real bucket.

lab_rules         what somebody may really sign and send
sweeper           deletes what forms stored, once they have ended
workbench         designs, signs, judges and inspects a form
attack_runner     runs every attack on it, and cleans up
link_attack_runner  the same for a presigned PUT and GET, beside the form
sequence_diagram  the trace of an upload as Mermaid and Markdown
sequence_svg      the same as a picture
"""

from uploader.flow.lab.workbench import Lab, sample_picture

__all__ = ["Lab", "sample_picture"]
