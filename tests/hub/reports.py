# SPDX-License-Identifier: Apache-2.0
"""Reports as hosts send them. One that the schema does not allow is not built here but spelt out in its test."""

import datetime
import gzip
import json
import uuid

HOUR = datetime.timedelta(hours=1)


def now():
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)


def text_of(time):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def date_header(time):
    """The Date of a request (RFC 9110)."""
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT")


def patch(name, version="1.0-2", **more):
    """A pending security update; `more` overrides any of its fields."""
    return {"patchId": f"{name}={version}", "name": name, "version": version, "installedVersion": "1.0-1",
            "arch": "amd64", "classifications": ["security"], "severity": "unknown", "state": "installable",
            "rebootBehavior": "never_reboots", "advisories": [], "cves": [], "source": "apt",
            "repository": "security.example.org trixie-security/main", "origin": "Debian"} | more


def advisory(name, severity="important"):
    return {"id": name, "type": "security", "severity": severity}


def full(host, patches=(), /, *, at=None, checked=None, hostname=None, **more):
    """`checked`: when its metadata was last refreshed; `more` overrides any top-level field."""
    at = at or now()
    checked = checked or at - HOUR
    patches = list(patches)
    security = [one for one in patches if {"security", "critical"} & set(one["classifications"])]
    pending = [one for one in security if one["state"] in ("installable", "installed_pending_reboot")]
    report = {
        "schemaVersion": 1,
        "assessmentActivityId": str(uuid.uuid4()),
        "startDateTime": text_of(at),
        "lastModifiedDateTime": text_of(at),
        "status": "succeeded",
        "verdict": {"value": "noncompliant" if pending else "compliant",
                    "reasons": [{"code": "as_the_host_says", "message": "as the host says"}]},
        "rebootPending": False,
        "rebootReasons": [],
        "patchServiceUsed": "APT",
        "availablePatchCountByClassification": {"security": len(pending)},
        "criticalAndSecurityPatchCount": len(pending),
        "otherPatchCount": len(patches) - len(security),
        "unclassifiedPatchCount": 0,
        "notInstallableSecurityPatchCount": len(security) - len(pending),
        "notInstallableOtherPatchCount": 0,
        "host": {"id": host, "hostname": hostname or f"{host}.example.org", "arch": "amd64", "kernelRunning": "6.12.1",
                 "container": False, "os": {"id": "debian", "idLike": [], "versionId": "13", "codename": "trixie",
                                            "name": "Debian GNU/Linux 13 (trixie)"}},
        "sources": [{"name": "apt", "patchServiceUsed": "APT", "status": "succeeded", "durationMs": 12, "tool": "apt",
                     "toolVersion": "3.0.3",
                     "metadata": {"checkedAt": text_of(checked), "repositories": [], "missingAdvisoryData": []},
                     "warnings": []}],
        "warnings": [],
        "agent": {"version": "1.0.0", "intervalSeconds": 21600},
        "stateHash": f"1:{uuid.uuid4().hex}",
        "patches": patches,
    }
    return report | more


def heartbeat(report, *, at=None, checked=None, **more):
    """One that repeats the full `report`."""
    at = at or now()
    beat = {"schemaVersion": 1, "heartbeat": True, "assessmentActivityId": str(uuid.uuid4()),
            "lastModifiedDateTime": text_of(at), "host": {"id": report["host"]["id"]}, "agent": dict(report["agent"]),
            "stateHash": report["stateHash"]}
    if checked is not None:
        beat["metadataCheckedAt"] = text_of(checked)
    return beat | more


def packed(report):
    """Body as the agent sends it."""
    return gzip.compress(json.dumps(report).encode(), 1)
