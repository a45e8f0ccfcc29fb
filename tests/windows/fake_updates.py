# SPDX-License-Identifier: Apache-2.0
"""What a fake Windows Update Agent may be told to say (tests/windows/fake_wua/catalogue.h)."""

import json
import uuid

WINDOWS_UPDATE = "9482f4b4-e343-43b6-b170-9a65bc822c77"
MICROSOFT_UPDATE = "7971f918-a847-4430-9279-4a52d1efe18d"
WSUS = "3da21691-e39d-4da6-8a4b-b43877bcb1b7"
SCAN_PACKAGE = "8fd8fb44-7a20-4e5a-8a41-2c6d1e1b0a17"

CLASSIFICATIONS = {
    "critical": ("E6CF1350-C01B-414D-A61F-263D14D133B4", "Critical Updates"),
    "security": ("0FA1201D-4330-4FA8-8AE9-B877473B6441", "Security Updates"),
    "definition": ("E0789628-CE08-4437-BE74-2495B842F43B", "Definition Updates"),
    "updates": ("CD5FFD1E-E932-4E3A-BF74-18BF0B1BBD83", "Updates"),
}


def update_id(number):
    """Upper case, as no two agents write them alike."""
    return str(uuid.UUID(int=0x33A64099_BA99_4E7F_A2D7_CF7D7FC40000 + number)).upper()


def update(number, kind="security", **properties):
    category, name = CLASSIFICATIONS[kind]
    kb = str(5030000 + number)
    return {
        "UpdateID": update_id(number), "RevisionNumber": 200, "Title": f"2026-11 Update for Windows Server 2022 (KB{kb})",
        "KBArticleIDs": [kb], "CveIDs": [], "MsrcSeverity": "Important" if kind == "security" else "",
        "Categories": [{"CategoryID": category, "Name": name, "Type": "UpdateClassification"}], "Type": 1,
        "MaxDownloadSize": 1000, "EulaAccepted": True, "RebootBehavior": 2,
        "LastDeploymentChangeTime": "2026-11-10T18:00:00Z", "SupportUrl": "https://support.example.org/", **properties}


def service(service_id, name, **properties):
    return {"ServiceID": service_id, "Name": name, "IsRegisteredWithAU": True, "OffersWindowsUpdates": True, **properties}


def catalogue(*updates, **parts):
    """A healthy machine that asks Windows Update, with these updates pending."""
    return {
        "agent": {"ProductVersionString": "10.0.20348.2340", "ApiMajorVersion": 8},
        "automaticUpdates": {"ServiceEnabled": True, "NotificationLevel": 4, "LastSearchSuccessDate": "2026-11-27T03:12:45Z",
                             "LastInstallationSuccessDate": "2026-11-12T02:00:00Z"},
        "services": [service(WINDOWS_UPDATE, "Windows Update", IsDefaultAUService=True)],
        "updates": list(updates), **parts}


def many(count, cves):
    return [update(number, CveIDs=[f"CVE-2026-{number * 7 % 90000 + 10000 + at}" for at in range(cves)],
                   MoreInfoUrls=["https://support.example.org/help/1"], SupersededUpdateIDs=[update_id(100000 + number)])
            for number in range(count)]


class FakeAgent:
    """The fake, registered in place of Wine's stub, and its catalogue."""

    def __init__(self, wine, library):
        self.wine = wine
        self.folder = wine.drive_c / "fake"
        self.folder.mkdir(exist_ok=True)
        self.library = library
        self.log = self.folder / "log.txt"
        wine.set_registry([(r"HKLM\Software\FakeWUA", "Catalog", r"C:\fake\catalogue.json")])
        self.register()

    def register(self):
        self.wine.register(self.library)

    def says(self, whole):
        self.log.unlink(missing_ok=True)
        whole = {"log": r"C:\fake\log.txt", **whole}
        (self.folder / "catalogue.json").write_text(json.dumps(whole), encoding="utf-8")

    def noted(self):
        return self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
