"""A signed form as text that runs as it stands: curl, Python, JavaScript, a plain HTML page.

Every value is quoted for its language; no value can end its quotes.
"""

import html
import json
import shlex
from typing import Final

from uploader.presign.post_request import Fields, pairs

_PYTHON: Final = """\
# pip install requests
import requests

fields = {fields}

with open({path}, "rb") as file:
    answer = requests.post(
        {url},
        data=fields,
        files={{"file": ({name}, file, {content_type})}},
        allow_redirects=False,
        timeout=60,
    )
print(answer.status_code, answer.text)
"""

_JAVASCRIPT: Final = """\
const url = {url};
const fields = {fields};

async function upload(file) {{
  const form = new FormData();
  for (const [name, value] of fields) form.append(name, value);
  form.append("file", new File([file], {name}, {{ type: {content_type} }})); // the file comes last
  const answer = await fetch(url, {{ method: "POST", body: form }});
  return `${{answer.status}} ${{await answer.text()}}`;
}}
"""

_JAVASCRIPT_PAGE: Final = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Upload with fetch</title>
<input type="file" id="file">
<pre id="answer"></pre>
<script>
{script}
document.getElementById("file").onchange = async (event) => {{
  const answer = document.getElementById("answer");
  try {{
    answer.textContent = await upload(event.target.files[0]);
  }} catch (error) {{
    answer.textContent = String(error);
  }}
}};
</script>
</html>
"""

_HTML: Final = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Upload with a form</title>
<form action="{url}" method="post" enctype="multipart/form-data">
{fields}
  <!-- the file comes last: S3 reads nothing after it -->
  <input type="file" name="file">
  <button>Upload</button>
</form>
</html>
"""


def as_curl(url: str, fields: Fields, filename: str, content_type: str) -> str:
    """A curl command for a POSIX shell; it reads `filename` from the folder at hand and prints the status.

    Fields go as --form-string, so that no value is taken for a file (https://curl.se/docs/manpage.html).
    """
    parts = [f"--form-string {shlex.quote(f'{name}={value}')}" for name, value in pairs(fields)]
    path = _curl_quoted(_local(filename))
    name = _curl_quoted(filename)
    file = f"file=@{path};filename={name};type={content_type}"
    lines = [f"curl --silent --show-error {shlex.quote(url)}", *parts, f"--form {shlex.quote(file)}"]
    return " \\\n  ".join([*lines, "--write-out '\\n%{http_code}\\n'"]) + "\n"


def as_python(url: str, fields: Fields, filename: str, content_type: str) -> str:
    """A Python script with requests; it reads `filename` from the folder at hand."""
    entries = "".join(f"    {name!a}: {value!a},\n" for name, value in pairs(fields))
    return _PYTHON.format(
        fields=f"{{\n{entries}}}",
        path=ascii(_local(filename)),
        url=ascii(url),
        name=ascii(filename),
        content_type=ascii(content_type),
    )


def as_javascript(url: str, fields: Fields, filename: str, content_type: str) -> str:
    """A function `upload(file)` with fetch, for any page that the bucket's CORS rules allow."""
    return _JAVASCRIPT.format(
        url=_script_quoted(url),
        fields=_script_quoted([[name, value] for name, value in pairs(fields)]),
        name=_script_quoted(filename),
        content_type=_script_quoted(content_type),
    )


def as_javascript_page(url: str, fields: Fields, filename: str, content_type: str) -> str:
    """A whole page that uploads with `as_javascript` as soon as a file is chosen and shows S3's answer."""
    return _JAVASCRIPT_PAGE.format(script=as_javascript(url, fields, filename, content_type))


def as_html(url: str, fields: Fields, filename: str, content_type: str) -> str:
    """A whole page with a plain form: no script, so no CORS rule is needed either.

    The file is the one that is chosen there, under its own name: `filename` is not used, nor `content_type`.
    """
    lines = [
        f'  <input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in pairs(fields)
    ]
    return _HTML.format(url=html.escape(url), fields="\n".join(lines))


def _local(filename: str) -> str:
    """The file as a path that no program takes for an option or for standard input."""
    return f"./{filename}"


def _curl_quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _script_quoted(value: object) -> str:
    """JSON that is a JavaScript literal and cannot end a script element."""
    text = json.dumps(value, indent=2)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
