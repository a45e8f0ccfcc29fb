// SPDX-License-Identifier: Apache-2.0
// zypper, run so that it answers for the system below a root, changes nothing, takes no lock and asks no server.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "collectors/collector.h"
#include "collectors/zypper/zypper_answer.h"
#include "collectors/zypper/zypper_ending.h"

namespace patchstate::zypper {

class ZypperTools {
 public:
  /// `database`: folder of the rpm database in the root. A zypper that runs outside has macros of another system.
  ZypperTools(const HostAccess& access, const std::string& database);
  ZypperTools(const ZypperTools&) = delete;
  ZypperTools& operator=(const ZypperTools&) = delete;
  ~ZypperTools();

  /// From now on asks about these repositories alone.
  void only(const std::vector<std::string>& aliases) { only_ = aliases; }
  /// The solver's caches of these repositories, as the system has them, spare building them anew.
  void take_solver_caches(const std::vector<std::string>& aliases) const;

  /// `zypper OPTIONS ARGUMENTS` (list-updates --all, …). Throws CollectorError (check_ending); what may
  /// be said beside the list goes to `remarks`.
  Answer ask(const std::vector<std::string>& arguments, Remarks& remarks) const;
  /// Whether one of these repositories has a package of this name in any version; nullopt: zypper does not say.
  std::optional<bool> offers(const std::string& package, const std::vector<std::string>& aliases) const;
  /// "1.14.42"; empty: it does not tell.
  std::string version() const;

 private:
  std::filesystem::path solver_caches() const;
  Command command(const std::vector<std::string>& arguments) const;

  HostAccess access_;
  std::filesystem::path home_;
  std::filesystem::path temporary_;
  std::vector<std::string> only_;
};

}  // namespace patchstate::zypper
