#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""complete.py MSI VERSION PACKAGE-CODE TIME: what wixl 0.101 has no words for (docs/decisions/0022).

Debian's Python: gir1.2-libmsi-1.0 is for no other.
"""

import sys

import gi

gi.require_version("Libmsi", "1.0")
from gi.repository import Libmsi  # noqa: E402  (needs the version above)

PROGRAMS = ("PatchstateExe", "PatchstatedExe")
EVENT_SOURCE = r"SYSTEM\CurrentControlSet\Services\EventLog\Application\patchstate"
PROPERTIES_OF_SUMMARY = 16
SECONDS_FROM_1601_TO_1970 = 11_644_473_600


def statements(version):
    for program in PROGRAMS:
        # Without its version a program counts as older than any that has one, and an upgrade leaves the old one there.
        yield f"UPDATE `File` SET `Version` = '{version}.0', `Language` = '1033' WHERE `File` = '{program}'"
        yield f"DELETE FROM `MsiFileHash` WHERE `File_` = '{program}'"
    # wixl ends the key with a backslash.
    yield f"UPDATE `Registry` SET `Key` = '{EVENT_SOURCE}' WHERE `Component_` = 'Service'"
    # Of the properties that a user's half of an installation was told, the elevated half sees only these.
    yield ("UPDATE `Property` SET `Value` = 'WIX_DOWNGRADE_DETECTED;WIX_UPGRADE_DETECTED;HUBURL;ENROLLTOKENFILE' "
           "WHERE `Property` = 'SecureCustomProperties'")
    # To set a property is nothing that is done as somebody.
    yield "UPDATE `CustomAction` SET `Type` = 51 WHERE `Type` = 2099"
    yield ("CREATE TABLE `Environment` (`Environment` CHAR(72) NOT NULL, `Name` CHAR(255) NOT NULL LOCALIZABLE, "
           "`Value` CHAR(255) LOCALIZABLE, `Component_` CHAR(72) NOT NULL PRIMARY KEY `Environment`)")
    # The system's PATH (*), added when installed (=) and taken away when removed (-), behind what is there ([~]).
    yield ("INSERT INTO `Environment` (`Environment`, `Name`, `Value`, `Component_`) "
           "VALUES ('Path', '=-*PATH', '[~];[INSTALLDIR]', 'Agent')")
    for action, sequence in (("RemoveEnvironmentStrings", 3300), ("WriteEnvironmentStrings", 5200)):
        yield f"INSERT INTO `InstallExecuteSequence` (`Action`, `Sequence`) VALUES ('{action}', {sequence})"


def main(path, version, package_code, seconds):
    database = Libmsi.Database.new(path, Libmsi.DbFlags.TRANSACT, None)
    for statement in statements(version):
        Libmsi.Query.new(database, statement).execute(None)
    summary = Libmsi.SummaryInfo.new(database, PROPERTIES_OF_SUMMARY)
    summary.set_string(Libmsi.Property.UUID, package_code)
    for moment in (Libmsi.Property.CREATED_TM, Libmsi.Property.LASTSAVED_TM):
        summary.set_filetime(moment, (int(seconds) + SECONDS_FROM_1601_TO_1970) * 10_000_000)
    summary.persist()
    database.commit()


main(*sys.argv[1:])
