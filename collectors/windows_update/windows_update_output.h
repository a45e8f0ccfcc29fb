// SPDX-License-Identifier: Apache-2.0
// The JSON that the probe of the Windows Update Agent prints: one object, members named as those of
// windows_update_snapshot.h in camelCase.
//
// - `"snapshot":"windows_update"`, `search` with its `result`, and `updates` have to be there; of a failed search
//   `updates` is an empty list, which nobody takes for an answer. Everything else may be left out: absent is not known.
// - Enumerators as they are spelt in C++: "succeeded_with_errors", "can_request", "never_auto_select".
// - Times in UTC as format_time writes them: "2026-11-10T18:00:00Z". `search.duration` is `durationMs`, a whole number.
// - Error codes are unsigned numbers: 2147500034 for 0x80004002.
// - `services` is left out where they could not be listed, and then `problems` names the call that failed.
// - Keys of `problems[].property` and `updates[].missing[].property` are INTERFACE.Property: "IUpdate2.CveIDs".
// - Members that are not known are ignored, text is repaired and cut, and nothing nests deeper than this:
//
// {"snapshot":"windows_update","agentVersion":"10.0.20348.2340","apiMajor":8,"missingInterfaces":["IUpdate5"],
//  "policy":{"wuServer":"https://wsus.example.org:8531","useWuServer":1,"wuauservStart":3},
//  "services":[{"id":"3da21691-e39d-4da6-8a4b-b43877bcb1b7","name":"Windows Server Update Service","isManaged":true,
//               "isDefault":true}],
//  "lastSearchSuccess":"2026-11-27T03:12:45Z","rebootRequired":false,
//  "search":{"selection":"default","serviceId":"3da21691-…","criteria":"IsInstalled=0 and Type='Software'",
//            "online":true,"result":"succeeded","durationMs":5123,
//            "warnings":[{"error":2149842967,"message":"…","context":"general"}]},
//  "updates":[{"id":"33a64099-ba99-4e7f-a2d7-cf7d7fc4029f","revision":200,"title":"…","type":"software",
//              "kbIds":["4535680"],"cveIds":["CVE-2020-0689"],
//              "categories":[{"id":"0fa1201d-4330-4fa8-8ae9-b877473b6441","name":"Security Updates",
//                             "type":"UpdateClassification"}],
//              "msrcSeverity":"Important","sizeBytes":25600000,"isDownloaded":false,"rebootBehavior":"can_request",
//              "missing":[{"property":"IUpdate3.BrowseOnly","error":2147500034}]}],
//  "lastInstallation":{"title":"…","updateId":"…","date":"2026-11-12T02:00:00Z"},
//  "problems":[{"property":"IAutomaticUpdates2.Results","error":2147500034}]}
#pragma once

#include <string_view>

#include "collectors/windows_update/windows_update_snapshot.h"

namespace patchstate::windows_update {

/// Throws CollectorError(unparseable) for anything but a whole answer of the probe: cut or malformed JSON, a member of
/// another type or with another word than is said above, more updates than any machine is offered.
Snapshot parse_probe_output(std::string_view text);

}  // namespace patchstate::windows_update
