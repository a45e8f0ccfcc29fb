// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "collectors/reboot/kernel_image.h"
#include "collectors/reboot/reboot_evidence.h"

namespace patchstate {
namespace {

constexpr std::size_t kMostNamed = 5;

/// "a, b, c and 4 more"
template <class List, class Name>
std::string some_of(const List& list, Name name) {
  std::string text;
  for (std::size_t i = 0; i < list.size() && i < kMostNamed; ++i) {
    if (i > 0) text += ", ";
    text += clean_text(name(list[i]), 200);
  }
  if (list.size() > kMostNamed) text += fmt::format(" and {} more", list.size() - kMostNamed);
  return text;
}

void add_file(const RebootFacts& facts, RebootEvidence& evidence) {
  if (facts.reboot_required_file.empty()) return;
  std::string text = facts.reboot_required_file + " is there";
  if (!facts.reboot_packages.empty())
    text += ", because of " + some_of(facts.reboot_packages, [](const std::string& name) { return name; });
  evidence.reasons.push_back({"reboot_required_file", text, Strength::strong});
}

enum class Kernel { unknown, current, outdated };

Kernel compare_kernel(const RebootFacts& facts) {
  if (facts.container || facts.kernel_running.empty() || facts.kernel_installed.empty()) return Kernel::unknown;
  if (!same_kernel_flavour(facts.kernel_running, facts.kernel_installed)) return Kernel::unknown;
  const int order = compare_kernels(facts.kernel_running, facts.kernel_installed);
  if (order < 0) return Kernel::outdated;
  // A distribution may rebuild a kernel under the same release: Debian does as long as its ABI stays.
  if (compare_builds(facts.kernel_build_running, facts.kernel_build_installed) == BuildComparison::different)
    return Kernel::outdated;
  return Kernel::current;
}

void add_kernel(const RebootFacts& facts, Kernel kernel, RebootEvidence& evidence) {
  const std::string running = clean_text(facts.kernel_running, 200);
  const std::string installed = clean_text(facts.kernel_installed, 200);
  if (kernel == Kernel::outdated && compare_kernels(facts.kernel_running, facts.kernel_installed) < 0) {
    evidence.reasons.push_back(
        {"kernel", fmt::format("{} is running, {} is installed", running, installed), Strength::strong});
  } else if (kernel == Kernel::outdated) {
    evidence.reasons.push_back(
        {"kernel",
         fmt::format("{} was replaced by another build: running {}, installed {}", running,
                     clean_text(facts.kernel_build_running, 200), clean_text(facts.kernel_build_installed, 200)),
         Strength::strong});
  } else if (kernel == Kernel::unknown && !facts.container && !installed.empty()) {
    evidence.reasons.push_back(
        {"kernel",
         fmt::format("{} is running, but no kernel of its kind is installed any more; there is {}", running, installed),
         Strength::weak});
  }
}

void add_deleted_files(const DeletedFileScan& scan, RebootEvidence& evidence) {
  if (!scan.processes.empty()) {
    const auto name = [](const ProcessUsingDeletedFile& process) {
      return fmt::format("{} ({}): {}", process.name, process.pid, process.file);
    };
    evidence.reasons.push_back({"deleted_libraries",
                                fmt::format("{} {} still {} replaced programs or libraries, until restarted: {}",
                                            scan.processes.size(), scan.processes.size() == 1 ? "process" : "processes",
                                            scan.processes.size() == 1 ? "runs" : "run", some_of(scan.processes, name)),
                                Strength::weak});
  }
  if (!scan.complete)
    evidence.warnings.push_back({"process_scan_incomplete",
                                 "the processes could not all be looked at in time for replaced libraries: whether a "
                                 "reboot is pending is not known",
                                 {},
                                 false});
  else if (scan.unreadable > 0)
    evidence.warnings.push_back(
        {"processes_unreadable",
         fmt::format("{} {} could not be looked at for replaced libraries: this user may not read {}", scan.unreadable,
                     scan.unreadable == 1 ? "process" : "processes", scan.unreadable == 1 ? "it" : "them"),
         {},
         false});
}

std::string description(const rpm::InstalledPackage& package) {
  return package.name + " " + rpm::to_text(package.evr);
}

/// Whether rpm denies a reboot: it could be asked, and nothing that needs one came after the boot.
bool add_install_times(const RebootFacts& facts, RebootEvidence& evidence) {
  using Reading = RpmInstallTimes::Reading;
  if (facts.rpm.reading == Reading::not_rpm) return true;
  if (facts.rpm.reading == Reading::unknown || !facts.boot_time) {
    const std::string why = facts.rpm.problem.empty() ? "when the machine was booted is not known" : facts.rpm.problem;
    evidence.warnings.push_back({"install_times_unknown",
                                 "what was installed since the boot is not known: " + clean_text(why, 1000),
                                 {},
                                 false});
    return false;
  }
  const auto updated = installed_after(facts.rpm.packages, *facts.boot_time);
  if (updated.empty()) return true;
  evidence.reasons.push_back({"installed_since_boot",
                              fmt::format("installed after the boot at {}, in effect with the next one: {}",
                                          format_time(*facts.boot_time), some_of(updated, description)),
                              Strength::strong});
  evidence.pending = true;
  return false;
}

}  // namespace

RebootEvidence judge_reboot(const RebootFacts& facts) {
  RebootEvidence evidence;
  if (!facts.running_system) return evidence;
  const Kernel kernel = compare_kernel(facts);
  add_file(facts, evidence);
  add_kernel(facts, kernel, evidence);
  const bool rpm_denies = add_install_times(facts, evidence);
  if (facts.deleted_files) add_deleted_files(*facts.deleted_files, evidence);

  const bool scanned = !facts.deleted_files || facts.deleted_files->complete;
  if (!facts.reboot_required_file.empty() || kernel == Kernel::outdated)
    evidence.pending = true;
  else if (kernel == Kernel::current && scanned && rpm_denies)
    evidence.pending = false;
  return evidence;
}

}  // namespace patchstate
