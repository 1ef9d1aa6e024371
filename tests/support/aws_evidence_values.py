"""What AWS answers to the values of fields: checksums, metadata, encryption, redirects, keys and tags."""

import base64

from tests.support.aws_evidence import (
    DENIED,
    FORM_EVIDENCE,
    GATEWAY,
    INVALID,
    LOCALSTACK,
    TAG_SNAPSHOT,
    USER_GUIDE,
    Evidence,
    algorithm_of,
    base64_of,
    exact,
    one,
    tagging,
)
from tests.support.forms import form

SSE = "x-amz-server-side-encryption"
REDIRECT = "x-amz-website-redirect-location"
MANY = "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
CUSTOMER_KEY = base64.b64encode(b"k" * 32).decode()
KMS_ONLY = f"Server Side Encryption with AWS KMS managed key requires HTTP header {SSE} : aws:kms"

# fmt: off
CHECKSUMS = [
    *(Evidence(f"the right {name}", algorithm_of(name, base64_of(name)), 204)
      for name in ("crc32", "crc32c", "crc64nvme", "sha1", "sha256", "sha512", "md5")),
    *(Evidence(f"another {name}", algorithm_of(name, base64_of(name, b"other")), 400, "BadDigest",
               f"The {name.upper()} you specified did not match the calculated checksum.", LOCALSTACK,
             "recorded")
      for name in ("crc32", "crc32c", "crc64nvme", "sha1", "sha256")),
    *(Evidence(f"no {name}", one(f"x-amz-checksum-{name}", "zz"), *INVALID,
               f"Value for x-amz-checksum-{name} header is invalid.", LOCALSTACK, "recorded")
      for name in ("crc32", "crc32c", "crc64nvme", "sha1", "sha256")),
    *(Evidence(f"{name} of the wrong length", one(f"x-amz-checksum-{name}", "AAAA"), *INVALID,
               f"Value for x-amz-checksum-{name} header is invalid.", GATEWAY, "third party")
      for name in ("crc32", "crc64nvme", "sha512", "xxhash3")),
    Evidence("two checksums", exact(**{"x-amz-checksum-sha1": base64_of("sha1"),
             "x-amz-checksum-sha256": base64_of("sha256")}), *INVALID, MANY, LOCALSTACK, "recorded"),
    Evidence("two checksums, both wrong", exact(**{"x-amz-checksum-crc32": "zz",
             "x-amz-checksum-crc32c": "zz"}),
             *INVALID, MANY, GATEWAY, "third party"),
    Evidence("an algorithm alone", one("x-amz-checksum-algorithm", "SHA256"), 400, None, None),
    Evidence("an algorithm with the value of another", exact(**{"x-amz-checksum-algorithm": "CRC32",
             "x-amz-checksum-sha256": base64_of("sha256")}), 400, None, None),
    Evidence("an unknown algorithm", exact(**{"x-amz-checksum-algorithm": "BOGUS",
             "x-amz-checksum-sha256": base64_of("sha256")}), *INVALID, None, LOCALSTACK, "recorded"),
    Evidence("a value of an unknown algorithm", one("x-amz-checksum-crc16", "AAA="), *INVALID,
             "The algorithm type you specified in x-amz-checksum- header is invalid.", GATEWAY,
             "third party"),
    Evidence("the right MD5", one("Content-MD5", base64_of("md5")), 204),
    Evidence("another MD5", one("Content-MD5", base64_of("md5", b"other")), 400, "BadDigest",
             "The Content-MD5 you specified did not match what we received.", LOCALSTACK, "recorded"),
    Evidence("no MD5", one("Content-MD5", "000"), 400, "InvalidDigest",
             "The Content-MD5 you specified was invalid.",
             LOCALSTACK, "recorded"),
]
VALUES = [
    Evidence("metadata of 2 KB", one("x-amz-meta-a", "x" * 2_047), 204,
             source=f"{USER_GUIDE}/UsingMetadata.html"),
    Evidence("metadata over 2 KB", one("x-amz-meta-a", "x" * 2_048), 400, "MetadataTooLarge",
             "Your metadata headers exceed the maximum allowed metadata size",
             f"{USER_GUIDE}/UsingMetadata.html",
             details={"MaxSizeAllowed": "2048"}),
    Evidence("metadata over 2 KB in two fields", exact(**{"x-amz-meta-a": "é" * 600,
             "x-amz-meta-b": "é" * 600}), 400,
             "MetadataTooLarge", None, f"{USER_GUIDE}/UsingMetadata.html"),
    Evidence("an unknown encryption", one(SSE, "bogus"), 400, None, None),
    Evidence("an encryption in lower case", one(SSE, "aes256"), 400, None, None),
    *(Evidence(f"encryption {value}", one(SSE, value), 204) for value in ("AES256", "aws:kms",
             "aws:kms:dsse")),
    Evidence("a KMS key without aws:kms", exact(**{SSE: "AES256", f"{SSE}-aws-kms-key-id": "k"}), 400,
             "InvalidArgument", KMS_ONLY, f"{USER_GUIDE}/specifying-kms-encryption.html"),
    *(Evidence(f"SSE-C by {name}", one(f"{SSE}-customer-{name}", value), *DENIED, None,
               f"{USER_GUIDE}/blocking-unblocking-s3-c-encryption-gpb.html")
      for name, value in (("algorithm", "AES256"), ("key", CUSTOMER_KEY))),
    *(Evidence(f"a redirect to {value}", one(REDIRECT, value), 204) for value in ("/a", "http://a.test",
             "https://a")),
    *(Evidence(f"a redirect to {value}", one(REDIRECT, value), 400, "InvalidRedirectLocation", None)
      for value in ("bogus", "ftp://a.test", "")),
    Evidence("an unknown access control list", one("acl", "bogus"), 400, None, None),
    Evidence("an unknown list where lists are allowed", one("acl", "bogus"), 400, "InvalidArgument", None,
             more={"allows_acl": True}),
    *(Evidence(f"a key {key}", form(key=key), 400, None, None, f"{USER_GUIDE}/object-keys.html")
      for key in (".", "..", "../a", "a/../../b.png", "/..", "//", "./../a", "a/b/../../../c")),
    *(Evidence(f"a key {key}", form(key=key), 204, source=f"{USER_GUIDE}/object-keys.html")
      for key in ("a/../b.png", "a/b/../../c.png", "...", "a..b", "a//b.png", "/a.png")),
]
TAGS = [
    Evidence("a tag", tagging(("a", "1"), ("b", "")), 204),
    Evidence("a tag twice", tagging(("a", "1"), ("a", "2")), 400, "InvalidTag",
             "Cannot provide multiple Tags with the same key", TAG_SNAPSHOT, "recorded",
             details={"TagKey": "a"}),
    Evidence("a tag of AWS", tagging(("aws:x", "v")), 400, "InvalidTag",
             "System tags cannot be added/updated by requester", TAG_SNAPSHOT, "recorded"),
    Evidence("a tag without a name", tagging(("", "v")), 400, "InvalidTag",
             "The TagKey you have provided is invalid",
             TAG_SNAPSHOT, "recorded"),
    Evidence("a name of 129 characters", tagging(("k" * 129, "v")), 400, "InvalidTag",
             "The TagKey you have provided is invalid", f"{USER_GUIDE}/object-tagging.html"),
    Evidence("a value of 257 characters", tagging(("k", "v" * 257)), 400, "InvalidTag",
             "The TagValue you have provided is invalid", f"{USER_GUIDE}/object-tagging.html"),
    Evidence("a value with a hash sign", tagging(("k", "#1")), 400, "InvalidTag",
             "The TagValue you have provided is invalid", f"{USER_GUIDE}/object-tagging.html"),
    Evidence("eleven tags", tagging(*((f"k{n}", "") for n in range(11))), 400, "BadRequest",
             "Object tags cannot be greater than 10", f"{USER_GUIDE}/object-tagging.html"),
    *(Evidence(f"tags as {text}", one("tagging", text), 400, "MalformedXML", None) for text in
      ("a=1", "<Tags/>", "<Tagging><Tag/></Tagging>",
             "<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>",
       '<!DOCTYPE a [<!ENTITY b "c">]><Tagging><TagSet></TagSet></Tagging>')),
]
# fmt: on
EVIDENCE = [*FORM_EVIDENCE, *CHECKSUMS, *VALUES, *TAGS]
