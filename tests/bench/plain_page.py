"""What people write instead: a Streamlit page that posts what it is given and shows what is there.

It opens each file, checks nothing else, makes no thumbnail, and lists the whole bucket in each run.
"""

import os

import boto3
import requests
import streamlit as st
from botocore.config import Config
from PIL import Image

BUCKET = os.environ["PLAIN_BUCKET"]
SHOWN = 24


@st.cache_resource
def client():  # type: ignore[no-untyped-def]
    """The S3 client that all runs share."""
    config = Config(signature_version="s3v4", s3={"addressing_style": "path"})
    return boto3.client(
        "s3", endpoint_url=os.environ["PLAIN_ENDPOINT"], region_name="us-east-1", config=config
    )


s3, stored = client(), st.session_state.setdefault("stored", set())
st.title("Images")
for file in st.file_uploader("Choose images", accept_multiple_files=True):
    if file.file_id not in stored:
        Image.open(file).verify()
        file.seek(0)
        form = s3.generate_presigned_post(BUCKET, f"images/{file.name}")
        requests.post(form["url"], form["fields"], files={"file": file}, timeout=60).raise_for_status()
        stored.add(file.file_id)
st.caption(f"{len(stored)} stored in this session")
pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="images/")
found = sorted(
    (one for page in pages for one in page.get("Contents", ())), key=lambda one: one["LastModified"]
)
for place, column in zip(found[: -SHOWN - 1 : -1], st.columns(4) * 6, strict=False):
    params = {"Bucket": BUCKET, "Key": place["Key"]}
    column.image(s3.generate_presigned_url("get_object", Params=params))
