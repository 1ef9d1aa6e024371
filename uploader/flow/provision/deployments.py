"""Files to deploy the app by, made from the running settings: Terraform, Dockerfile, Compose, Kubernetes.

No secret stands in any of them; each says where it comes from.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from uploader.errors import SettingsInvalid
from uploader.flow.app import Application
from uploader.flow.opening import SWEEP_AFTER_DAYS
from uploader.flow.provision import desired_state
from uploader.flow.provision.policies import bucket_policy, iam_policy
from uploader.settings import Settings

_PORT: Final = 8501
_NAME: Final = "uploader"
_SECRET: Final = "UPLOADER_SECRET_KEY"  # noqa: S105 - its name


def environment(settings: Settings) -> dict[str, str]:
    """The variables that were set, as text, without the secret.

    Raises SettingsInvalid where no bucket is set: a deployment has no local store.
    """
    if settings.is_local:
        raise SettingsInvalid(
            "UPLOADER_BUCKET is not set: a deployment needs a bucket; set it, then run this again."
        )
    chosen = sorted(settings.model_fields_set - {"secret_key", "local_dir"})
    return {f"UPLOADER_{name.upper()}": _as_text(getattr(settings, name)) for name in chosen}


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(value) if isinstance(value, tuple) else str(value)


def terraform(app: Application, *, origin: str) -> str:
    """The bucket, its settings and the policies; Terraform's JSON, to save as `uploader.tf.json`.

    https://developer.hashicorp.com/terraform/language/syntax/json
    """
    environment(app.settings)  # which needs a bucket
    [rule] = desired_state.cors(None, origin=origin)["CORSRules"]
    [sweep] = desired_state.lifecycle(None, incoming=app.layout.incoming, after_days=SWEEP_AFTER_DAYS)[
        "Rules"
    ]
    [encryption] = desired_state.encryption(None)["Rules"]
    [ownership] = desired_state.ownership(None)["Rules"]
    bucket = {"bucket": "${aws_s3_bucket.images.id}"}
    resources = {
        "aws_s3_bucket": {"bucket": app.bucket.name},
        "aws_s3_bucket_cors_configuration": {**bucket, "cors_rule": _snake(rule)},
        "aws_s3_bucket_lifecycle_configuration": {**bucket, "rule": _lifecycle_block(sweep)},
        "aws_s3_bucket_public_access_block": {**bucket, **_snake(desired_state.public_access(None))},
        "aws_s3_bucket_ownership_controls": {**bucket, "rule": _snake(ownership)},
        "aws_s3_bucket_server_side_encryption_configuration": {
            **bucket,
            "rule": {"apply_server_side_encryption_by_default": {"sse_algorithm": _algorithm(encryption)}},
        },
        "aws_s3_bucket_policy": {**bucket, "policy": _embedded(bucket_policy(app))},
        "aws_iam_policy": {"name": f"{_NAME}-{app.bucket.name}", "policy": _embedded(iam_policy(app))},
    }
    provider = {"aws": {"source": "hashicorp/aws", "version": ">= 5.0"}}
    document = {
        "terraform": {"required_providers": provider},
        "provider": {"aws": {"region": app.bucket.region}},
        "resource": {kind: {"images": arguments} for kind, arguments in resources.items()},
    }
    return json.dumps(document, indent=2)


def _snake(block: Mapping[str, Any]) -> dict[str, Any]:
    """S3's own names as Terraform writes them: `AllowedOrigins` is `allowed_origins`."""

    def written(name: str) -> str:
        return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")

    return {written(name): value for name, value in block.items()}


def _lifecycle_block(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": rule["ID"],
        "status": rule["Status"],
        "filter": _snake(rule["Filter"]),
        "expiration": _snake(rule["Expiration"]),
        "noncurrent_version_expiration": _snake(rule["NoncurrentVersionExpiration"]),
    }


def _algorithm(rule: Mapping[str, Any]) -> str:
    return str(rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"])


def _embedded(policy: Any) -> str:
    """A policy as text in which Terraform sees no template of its own."""
    return json.dumps(policy).replace("${", "$${")


def dockerfile() -> str:
    """An image of a checkout and the locked packages, run by a user of its own; it holds no secret."""
    alive = f"http://127.0.0.1:{_PORT}/api/alive"
    return f"""FROM python:3.12-slim
RUN useradd --create-home --uid 10001 {_NAME}
WORKDIR /home/{_NAME}
COPY .ci/requirements.lock pyproject.toml README.md /src/
COPY uploader /src/uploader
RUN pip install --no-cache-dir --require-hashes -r /src/requirements.lock \\
  && pip install --no-cache-dir --no-deps /src \\
  && rm -r /src
USER 10001
EXPOSE {_PORT}
HEALTHCHECK CMD ["python", "-c", "import urllib.request as u; u.urlopen('{alive}', timeout=5)"]
CMD ["uploader", "run", "--address", "0.0.0.0", "--port", "{_PORT}"]
"""


def compose(app: Application) -> str:
    """A service for Docker Compose, on loopback for a proxy on the same machine; `.env` holds the secret.

    https://docs.docker.com/reference/compose-file/services/
    """
    secret = {_SECRET: f"${{{_SECRET}:?put it into .env}}"}
    settings = {name: value.replace("$", "$$") for name, value in environment(app.settings).items()}
    service = {
        "build": ".",
        "ports": [f"127.0.0.1:{_PORT}:{_PORT}"],
        "environment": {**settings, **secret},
        "restart": "unless-stopped",
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
    }
    return _yaml({"services": {_NAME: service}})


def kubernetes(app: Application) -> str:
    """A Deployment of two replicas, and its Service, which keeps a browser on one of them.

    https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/
    """
    labels = {"app": _NAME}
    # the app answers under its own names only, so a probe asks under one of them
    host = [{"name": "Host", "value": "localhost"}]

    def probe(path: str) -> dict[str, Any]:
        return {"httpGet": {"path": path, "port": _PORT, "httpHeaders": host}, "timeoutSeconds": 5}

    secret = {"name": _SECRET, "valueFrom": {"secretKeyRef": {"name": _NAME, "key": "secret-key"}}}
    settings = [{"name": name, "value": value} for name, value in environment(app.settings).items()]
    container = {
        "name": _NAME,
        "image": f"{_NAME}:latest",
        "ports": [{"containerPort": _PORT}],
        "env": [*settings, secret],
        "livenessProbe": probe("/api/alive"),
        "readinessProbe": probe("/api/health"),
        "resources": {"requests": {"cpu": "500m", "memory": "512Mi"}, "limits": {"memory": "2Gi"}},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    pod = {
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 10001,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
    }
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": _NAME, "labels": labels},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": _NAME, "labels": labels},
        "spec": {
            "selector": labels,
            "ports": [{"port": 80, "targetPort": _PORT}],
            "sessionAffinity": "ClientIP",
        },
    }
    return f"{_yaml(deployment)}---\n{_yaml(service)}"


def _yaml(value: Any, indent: str = "") -> str:
    """YAML of dictionaries, lists of scalars or dictionaries, and scalars, which are written as JSON."""
    lines = []
    for name, inner in value.items():
        if isinstance(inner, Mapping):
            lines.append(f"{indent}{name}:\n{_yaml(inner, f'{indent}  ')}")
        elif isinstance(inner, list):
            items = "".join(_yaml_item(item, f"{indent}  ") for item in inner)
            lines.append(f"{indent}{name}:\n{items}")
        else:
            lines.append(f"{indent}{name}: {json.dumps(inner, ensure_ascii=False)}\n")
    return "".join(lines)


def _yaml_item(item: Any, indent: str) -> str:
    if not isinstance(item, Mapping):
        return f"{indent}- {json.dumps(item, ensure_ascii=False)}\n"
    return f"{indent}- {_yaml(item, f'{indent}  ').lstrip()}"
