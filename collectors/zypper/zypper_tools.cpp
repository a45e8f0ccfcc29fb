// SPDX-License-Identifier: Apache-2.0
#include "collectors/zypper/zypper_tools.h"

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "collectors/zypper/zypper_cache.h"
#include "collectors/zypper/zypper_output.h"
#include "collectors/zypper/zypper_view.h"
#include "platform/files.h"
#include "platform/own_folder.h"

namespace patchstate::zypper {
namespace {

namespace fs = std::filesystem;

/// 0.5 s with 20,000 packages and 5,000 patches; building the solver's caches anew takes twice that.
constexpr auto kDeadline = std::chrono::seconds{120};
/// All 5,000 patches of such a system are 9 MB.
constexpr std::size_t kOutputCap = 128U << 20U;
/// Nobody listens there: zypper looks for a repository that was never fetched even with --no-refresh, and is not to.
constexpr const char* kNoNetwork = "http://127.0.0.1:9";

std::optional<std::string> read_cookie(const fs::path& folder) {
  try {
    return read_file_if_there(folder / "cookie", 4096);
  } catch (const std::system_error&) {
    return std::nullopt;
  }
}

}  // namespace

ZypperTools::ZypperTools(const HostAccess& access, const std::string& database) : access_(access) {
  home_ = access_.cache.empty() ? fs::path() : access_.cache / "zypper";
  if (!home_.empty() && !make_own_folder(home_)) home_.clear();
  if (access_.root == "/") return;
  if (home_.empty()) {
    std::string name = (fs::temp_directory_path() / "patchstate-zypper-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
      throw std::system_error(errno, std::generic_category(), "no temporary folder for zypper: " + name);
    home_ = temporary_ = name;
  }
  write_atomically(home_ / ".rpmmacros", "%_dbpath " + database + "\n");
  make_view(home_ / "root", access_.root);
}

fs::path ZypperTools::solver_caches() const {
  return access_.root == "/" ? home_ / "solv" : home_ / "root/var/cache/zypp/solv";
}

ZypperTools::~ZypperTools() {
  std::error_code ignored;
  if (!temporary_.empty()) fs::remove_all(temporary_, ignored);
}

void ZypperTools::take_solver_caches(const std::vector<std::string>& aliases) const {
  if (home_.empty()) return;
  std::error_code ignored;  // zypper builds what could not be copied
  for (const auto& alias : aliases) {
    const fs::path from = fetched_folder(access_.root, "/var/cache/zypp/solv", alias);
    const fs::path to = fetched_folder(solver_caches(), "/", alias);
    const auto wanted = read_cookie(from);
    if (!wanted || wanted == read_cookie(to)) continue;
    // Ours is newer where the system's is out of date, and zypper has built it for us.
    if (fs::last_write_time(from / "cookie", ignored) < fs::last_write_time(to / "cookie", ignored)) continue;
    fs::create_directories(to, ignored);
    fs::remove(to / "cookie", ignored);
    bool copied = true;
    for (const char* const name : {"solv", "solv.idx", "cookie"})  // the cookie last: it says that the rest is whole
      copied = copied && fs::copy_file(from / name, to / name, fs::copy_options::overwrite_existing, ignored);
  }
}

// With ZYPP_READONLY_HACK libzypp neither takes nor honours its lock, for root too; a user has that anyway. Its solver
// caches are kept in our folder: in the system's, root would rebuild outdated ones, and a user would have to do without
// the repository.
Command ZypperTools::command(const std::vector<std::string>& arguments) const {
  Command command;
  command.argv = {"zypper", "--non-interactive", "--no-refresh", "--xmlout"};
  if (access_.root != "/")
    command.argv.insert(command.argv.end(), {"--root", (home_ / "root").string()});
  else if (!home_.empty())
    command.argv.insert(command.argv.end(), {"--solv-cache-dir", solver_caches().string()});
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  for (const auto& alias : only_) command.argv.push_back("--repo=" + alias);
  command.environment = {{"ZYPP_READONLY_HACK", "1"}, {"ZYPP_LOCK_TIMEOUT", "10"}, {"ZYPP_LOGFILE", "/dev/null"}};
  if (!home_.empty()) command.environment.emplace_back("HOME", home_.string());
  for (const char* const name : {"http_proxy", "https_proxy", "ftp_proxy", "all_proxy"})
    command.environment.emplace_back(name, kNoNetwork);
  command.deadline = kDeadline;
  command.output_cap = kOutputCap;
  return command;
}

Answer ZypperTools::ask(const std::vector<std::string>& arguments, Remarks& remarks) const {
  const Command asked = command(arguments);
  const ProcessResult result = access_.runner.run(asked);
  Answer answer = parse_zypper_xml(result.out);
  const Remarks these = check_ending(asked, result, answer);
  remarks.has_skipped_repositories |= these.has_skipped_repositories;
  remarks.reboot_suggested |= these.reboot_suggested;
  remarks.update_stack_first |= these.update_stack_first;
  return answer;
}

std::optional<bool> ZypperTools::offers(const std::string& package, const std::vector<std::string>& aliases) const {
  constexpr int kNotFound = 104;
  std::vector<std::string> arguments = {"search", "--match-exact", "--type", "package"};
  // Else what is installed would count, too; `command` adds those it is bound to.
  if (only_.empty())
    for (const auto& alias : aliases) arguments.push_back("--repo=" + alias);
  arguments.push_back(package);
  const ProcessResult result = access_.runner.run(command(arguments));
  if (result.ok()) return true;
  return result.ending == Ending::exited && result.exit_code == kNotFound ? std::optional(false) : std::nullopt;
}

// zypper 1.14.42
std::string ZypperTools::version() const {
  Command asked;
  asked.argv = {"zypper", "--version"};
  const ProcessResult result = access_.runner.run(asked);
  const std::string line = result.out.substr(0, result.out.find('\n'));
  constexpr std::string_view kName = "zypper ";
  return result.ok() && line.starts_with(kName) ? clean_text(line.substr(kName.size()), 100) : std::string();
}

}  // namespace patchstate::zypper
