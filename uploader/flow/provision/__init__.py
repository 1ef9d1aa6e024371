"""Provisioning: what `uploader setup` prints, changes in the bucket, and takes back.

desired_state   what each setting of the bucket should be, beside what others set there
plan            the differences, applied and undone
policies        IAM policy and bucket policy, least privilege
deployments     Terraform, Dockerfile, Compose and Kubernetes from the running settings
"""
