"""Drives the simulator with the vendor's Python SDK, unmodified, and checks what the SDK makes of the answers.

Arguments: none. Environment: SDRS_ENDPOINT, IAM_ENDPOINT, SIMULATOR_CONTROL, PROJECT_ID, PROJECT_NAME, GROUP_ID,
ACCESS_KEY, SECRET_KEY. Prints one line for each check and `all checks passed` at the end.
"""

import json
import os
import time
import urllib.request

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkcore.region.region import Region
from huaweicloudsdksdrs.v1 import (
    DeleteProtectedInstanceRequest,
    DeleteProtectedInstanceRequestBody,
    FailoverProtectionGroupRequestBody,
    ListActiveActiveDomainsRequest,
    ListApiVersionsRequest,
    ListFailureJobsRequest,
    ListProtectedInstancesRequest,
    ListProtectionGroupsRequest,
    ListReplicationsRequest,
    ReverseProtectionGroupRequestBody,
    ReverseProtectionGroupRequestParams,
    SdrsClient,
    ShowJobStatusRequest,
    ShowProtectedInstanceRequest,
    ShowProtectionGroupRequest,
    ShowQuotaRequest,
    ShowReplicationRequest,
    StartFailoverProtectionGroupRequest,
    StartProtectionGroupRequest,
    StartProtectionGroupRequestBody,
    StartReverseProtectionGroupRequest,
    StopProtectionGroupRequest,
    StopProtectionGroupRequestBody,
    UpdateProtectionGroupNameRequest,
    UpdateProtectionGroupNameRequestBody,
    UpdateProtectionGroupNameRequestParams,
)

ENV = os.environ
GROUP = ENV["GROUP_ID"]


def check(what, found, expected):
    if found != expected:
        raise SystemExit(f"FAILED {what}: found {found!r}, expected {expected!r}")
    print(f"ok {what}: {found!r}")


def control(path, body):
    data = json.dumps(body).encode()
    request = urllib.request.Request(ENV["SIMULATOR_CONTROL"] + path, data=data, method="POST")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def build(secret=ENV["SECRET_KEY"], project=ENV["PROJECT_ID"]):
    credentials = BasicCredentials(ENV["ACCESS_KEY"], secret, project)
    builder = SdrsClient.new_builder().with_credentials(credentials)
    return builder.with_endpoints([ENV["SDRS_ENDPOINT"]]).build()


def refused(what, call, status, code):
    try:
        call()
    except ClientRequestException as error:
        check(f"{what}: status", error.status_code, status)
        check(f"{what}: code", error.error_code, code)
        check(f"{what}: has a request id", bool(error.request_id), True)
        return error
    raise SystemExit(f"FAILED {what}: it was not refused")


client = build()


def group():
    return client.show_protection_group(ShowProtectionGroupRequest(server_group_id=GROUP)).server_group


def place():
    shown = group()
    return shown.status, shown.priority_station


def start():
    body = StartProtectionGroupRequestBody(start_server_group={})
    return client.start_protection_group(StartProtectionGroupRequest(server_group_id=GROUP, body=body)).job_id


def stop():
    body = StopProtectionGroupRequestBody(stop_server_group={})
    return client.stop_protection_group(StopProtectionGroupRequest(server_group_id=GROUP, body=body)).job_id


def failover():
    body = FailoverProtectionGroupRequestBody(failover_server_group={})
    request = StartFailoverProtectionGroupRequest(server_group_id=GROUP, body=body)
    return client.start_failover_protection_group(request).job_id


def reverse(station):
    params = ReverseProtectionGroupRequestParams(priority_station=station)
    body = ReverseProtectionGroupRequestBody(reverse_server_group=params)
    request = StartReverseProtectionGroupRequest(server_group_id=GROUP, body=body)
    return client.start_reverse_protection_group(request).job_id


def servers(station, status):
    control("/console", {"group": GROUP, "servers": {"station": station, "status": status}})


def follow(what, job_id, job_type):
    """Follows a job as the SDK's users do, and answers its last form."""
    seen = []
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        job = client.show_job_status(ShowJobStatusRequest(job_id=job_id))
        if not seen or seen[-1] != job.status:
            seen.append(job.status)
        if job.status in ("SUCCESS", "FAIL"):
            check(f"{what}: job type", job.job_type, job_type)
            check(f"{what}: has ended", bool(job.end_time), True)
            print(f"ok {what}: went through {seen}")
            return job
        time.sleep(0.05)
    raise SystemExit(f"FAILED {what}: the job did not end, seen {seen}")


# Reading.
versions = client.list_api_versions(ListApiVersionsRequest()).versions
check("versions", [v.id for v in versions], ["v1"])
listed = client.list_protection_groups(ListProtectionGroupsRequest())
check("groups", sorted(g.name for g in listed.server_groups), ["archive", "payments-db", "web-frontend"])
check("count", listed.count, 3)
page = client.list_protection_groups(ListProtectionGroupsRequest(limit=2, offset=2))
check("second page", len(page.server_groups), 1)
shown = group()
check("group", (shown.name, shown.status, shown.priority_station), ("payments-db", "protected", "source"))
check("null fields", (shown.protected_status, shown.replication_status, shown.health_status), (None, None, None))
domains = client.list_active_active_domains(ListActiveActiveDomainsRequest()).domains
check("domain zone", domains[0].local_replication_cluster.availability_zone, shown.source_availability_zone)
found = client.list_protected_instances(ListProtectedInstancesRequest(server_group_ids=json.dumps([GROUP])))
check("instances by a list of ids", len(found.protected_instances), 2)
instance = client.show_protected_instance(
    ShowProtectedInstanceRequest(protected_instance_id=found.protected_instances[0].id)
).protected_instance
check("attachments", [a.device for a in instance.attachment], ["/dev/vda", "/dev/vdb"])
pairs = client.list_replications(ListReplicationsRequest(server_group_id=GROUP)).replications
check("pairs", len(pairs), 3)
pair = client.show_replication(ShowReplicationRequest(replication_id=pairs[0].id)).replication
check("pair", (pair.status, pair.replication_status, pair.fault_level), ("protected", "active", "0"))
check("pair metadata", pair.record_metadata.bootable, True)
resources = client.show_quota(ShowQuotaRequest()).quotas.resources
check("quotas", [(r.type, r.used) for r in resources], [("server_groups", 3), ("replications", 9)])

# Refusals.
refused("start of a protected group", start, 400, "SDRS.1002")
refused("reverse while servers run", lambda: reverse("target"), 400, "SDRS.1319")
missing = ShowProtectionGroupRequest(server_group_id="00000000-0000-0000-0000-000000000000")
refused("a group that is not there", lambda: client.show_protection_group(missing), 400, "SDRS.1013")
wrong = refused(
    "a wrong signature",
    lambda: build(secret="wrong").list_protection_groups(ListProtectionGroupsRequest()),
    401,
    "APIG.0301",
)
check("its reason", "verify aksk signature fail" in wrong.error_msg, True)
elsewhere = lambda: build(project="other").list_protection_groups(ListProtectionGroupsRequest())
refused("a project of somebody else", elsewhere, 403, "SDRS.0005")
control("/faults", {"match": {"operation": "ShowQuota"}, "act": {"kind": "throttle", "retryAfterSeconds": 2}})
try:
    client.show_quota(ShowQuotaRequest())
    raise SystemExit("FAILED throttling: it was not refused")
except ClientRequestException as error:
    check("throttling", error.status_code, 429)

# Disable and enable.
check("disable", follow("disable", stop(), "stopProtectionGroupNoCG").status, "SUCCESS")
check("disabled", place(), ("available", "source"))
job = follow("enable", start(), "startProtectionGroupNoCG")
check("enabled", (job.status, place()), ("SUCCESS", ("protected", "source")))
check("sub-jobs of enable", [s.status for s in job.entities.sub_jobs], ["SUCCESS"] * 3)
check("their group", {s.entities.server_group_id for s in job.entities.sub_jobs}, {GROUP})

# Reverse there and back.
servers("source", "SHUTOFF")
job = follow("reverse", reverse("target"), "reverseProtectionGroupNoCG")
check("reversed", (job.status, place()), ("SUCCESS", ("protected", "target")))
check("sub-jobs of reverse", len(job.entities.sub_jobs), 5)
check("reversed back", follow("reverse back", reverse("source"), "reverseProtectionGroupNoCG").status, "SUCCESS")

# Failover and reprotect.
check("failover", follow("failover", failover(), "failoverProtectionGroupNoCG").status, "SUCCESS")
check("failed over", place(), ("failed-over", "target"))
check("reprotect", follow("reprotect", start(), "reprotectProtectionGroupNoCG").status, "SUCCESS")
check("reprotected", place(), ("protected", "target"))

# A job that fails.
fault = {"match": {"action": "reverse-server-group"}, "act": {"kind": "failJob", "subJob": 0}}
control("/faults", fault)
job = follow("failing reverse", reverse("source"), "reverseProtectionGroupNoCG")
check("failed", (job.status, job.error_code, place()), ("FAIL", "SDRS.1029", ("error-reversing", "target")))
failures = client.list_failure_jobs(ListFailureJobsRequest()).failure_jobs
check("failed task", [(f.failure_status, f.resource_id) for f in failures], [("reverseFail", GROUP)])

# Requests with unusual forms: a rename, a DELETE that has a body.
params = UpdateProtectionGroupNameRequestParams(name="renamed")
body = UpdateProtectionGroupNameRequestBody(server_group=params)
client.update_protection_group_name(UpdateProtectionGroupNameRequest(server_group_id=GROUP, body=body))
check("renamed", group().name, "renamed")
body = DeleteProtectedInstanceRequestBody(delete_target_server=True)
deletion = DeleteProtectedInstanceRequest(protected_instance_id=instance.id, body=body)
refused("deletion of the live server", lambda: client.delete_protected_instance(deletion), 400, "SDRS.1330")

# Without a project id the SDK asks IAM for the project that is named like the region.
credentials = BasicCredentials(ENV["ACCESS_KEY"], ENV["SECRET_KEY"]).with_iam_endpoint(ENV["IAM_ENDPOINT"])
region = Region(ENV["PROJECT_NAME"], ENV["SDRS_ENDPOINT"])
regional = SdrsClient.new_builder().with_credentials(credentials).with_region(region).build()
found = regional.list_protection_groups(ListProtectionGroupsRequest())
check("groups of the project that IAM named", found.count, 3)

print("all checks passed")
