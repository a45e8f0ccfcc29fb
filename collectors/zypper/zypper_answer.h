// SPDX-License-Identifier: Apache-2.0
// What zypper prints, as records: the same for its XML (zypper_output) and its tables (zypper_text_output).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "assessment/assessment.h"

namespace patchstate::zypper {

/// What a patch solves.
struct Issue {
  std::string type;  ///< cve, bugzilla, jira; the vendor's word
  std::string id;
};

enum class Kind { unknown, patch, package };

/// One <update>: a patch (list-patches) or a package (list-updates). Patches name no packages.
struct ListedUpdate {
  Kind kind = Kind::unknown;
  std::string name;
  std::string edition;      ///< of a package its candidate version with epoch, of a patch its own number
  std::string edition_old;  ///< packages: the installed version
  std::string arch;
  std::string status;       ///< patches: needed, not-needed, applied, retracted, optional, undetermined; a table
                            ///< translates it
  std::string category;     ///< security, recommended, optional, feature, document, …
  std::string severity;     ///< critical, important, moderate, low, unspecified or empty
  std::string interactive;  ///< tables only: "---", "reboot", "restart", …
  std::string repository;   ///< alias, or in a table its name
  std::string replaces;  ///< "delta-1.0-1.x86_64, …": installed packages of other names, which zypper does not list
  std::string summary;
  std::optional<Time> issued;
  std::vector<Issue> issues;
  bool update_stack = false;      ///< zypper wants it installed before it looks at anything else
  bool reboot_suggested = false;  ///< restart="true"
  bool is_interactive = false;    ///< zypper asks somebody before it installs this one
  bool blocked = false;           ///< waits for the update stack (blocked-update-list)
  bool locked = false;            ///< tables only, "l" in the first column
};

enum class MessageKind { unknown, info, warning, error };

struct Message {
  MessageKind kind = MessageKind::unknown;
  std::string text;
};

/// The answer of list-patches, list-updates, or both in one.
struct Answer {
  std::vector<ListedUpdate> updates;
  std::vector<Message> messages;
  std::vector<std::string> locked;          ///< tables only: packages that "are locked and will not be changed"
  std::vector<std::string> not_understood;  ///< data no record came from
  bool has_list = false;                    ///< there is a list, however empty
  bool has_blocked_list = false;            ///< XML only: some patch has to be installed before all others
  bool has_no_repositories = false;         ///< an empty list, because nothing could be asked (edge-115)
  std::optional<std::string> problem;       ///< broken or cut off: the list may lack updates
};

}  // namespace patchstate::zypper
