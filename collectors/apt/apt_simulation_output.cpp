// SPDX-License-Identifier: Apache-2.0
#include "collectors/apt/apt_simulation_output.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/core.h>

#include "collectors/apt/apt_hook_output.h"
#include "collectors/apt/apt_lines.h"
#include "collectors/apt/apt_simulation_records.h"

namespace patchstate::apt {
namespace {

using Names = std::vector<std::string> Simulation::*;

struct Heading {
  std::string_view begin;
  Names names;  ///< null: what is listed below it is in the records too, or is no news to us
};

/// apt-get's headings, and those of apt 3 (APT::Output-Version 30) behind them.
constexpr auto kHeadings = std::to_array<Heading>({
    {"The following NEW packages will be installed", &Simulation::new_packages},
    {"The following packages will be REMOVED", &Simulation::removed},
    {"The following packages have been kept back", &Simulation::kept_back},
    {"The following upgrades have been deferred due to phasing", &Simulation::phased},
    {"The following packages will be upgraded", &Simulation::upgraded},
    {"The following packages will be DOWNGRADED", &Simulation::downgraded},
    {"The following held packages will be changed", nullptr},
    {"The following essential packages will be removed", nullptr},
    {"WARNING: The following essential packages will be removed", nullptr},
    {"This should NOT be done unless", nullptr},
    {"The following package was automatically installed", nullptr},
    {"The following packages were automatically installed", nullptr},
    {"The following extra packages will be installed", nullptr},
    {"The following additional packages will be installed", nullptr},
    {"The following partially installed packages will be configured", nullptr},
    {"The following packages have unmet dependencies", nullptr},
    {"The following information may help to resolve the situation", nullptr},
    {"Suggested packages:", nullptr},
    {"Recommended packages:", nullptr},
    {"NOTE: This is only a simulation", nullptr},
    {"Upgrading:", &Simulation::upgraded},
    {"Installing:", &Simulation::new_packages},
    {"Installing dependencies:", &Simulation::new_packages},
    {"REMOVING:", &Simulation::removed},
    {"DOWNGRADING:", &Simulation::downgraded},
    {"Not upgrading yet due to phasing:", &Simulation::phased},
    {"Not upgrading:", &Simulation::kept_back},
    {"Changing held packages:", nullptr},
    {"Summary:", nullptr},
    {"Unsatisfied dependencies:", nullptr},
});

/// Lines that carry no package. The second half is Ubuntu's Pro client speaking through its hooks.
constexpr auto kChatter = std::to_array<std::string_view>({"Reading package lists",
                                                           "Building dependency tree",
                                                           "Reading state information",
                                                           "Calculating upgrade",
                                                           "Correcting dependencies",
                                                           "Use 'apt",
                                                           "Use 'sudo apt",
                                                           "Need to get ",
                                                           "After this operation, ",
                                                           "Do you want to continue",
                                                           "Abort",
                                                           "You might want to run ",
                                                           "You may want to run ",
                                                           "Some packages could not be installed",
                                                           "Some packages may have been kept back",
                                                           "WARNING: apt does not have a stable CLI",
                                                           "Running scope as unit",
                                                           "Get:",
                                                           "'",  // the URIs of --print-uris
                                                           "#",  // "# News about significant security updates …"
                                                           "Learn more ",
                                                           "Ubuntu comes with ABSOLUTELY NO WARRANTY",
                                                           "applicable law.",
                                                           "Enable UA ",
                                                           "See https://",
                                                           "Receive additional future security updates",
                                                           "Try Ubuntu Pro",
                                                           "Renew your subscription",
                                                           "Ubuntu Pro "});

bool is_chatter(std::string_view line) {
  if (std::any_of(kChatter.begin(), kChatter.end(), [&](std::string_view one) { return line.starts_with(one); }))
    return true;
  // "1 standard LTS security update, 29 esm-infra security updates and 8 esm-apps security updates"
  const bool counts = !line.empty() && line.front() >= '0' && line.front() <= '9';
  return counts && (line.find("security update") != std::string_view::npos ||
                    line.find("not fully installed or removed") != std::string_view::npos ||
                    line.find("automatically installed and") != std::string_view::npos);
}

/// Takes "12" from the left.
bool take_count(std::string_view& text, std::size_t& count) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool take(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

// 4 upgraded, 7 newly installed, 1 reinstalled, 2 downgraded, 0 to remove and 5 not upgraded.
std::optional<Totals> parse_totals(std::string_view line) {
  Totals totals;
  std::size_t count = 0;
  if (!take_count(line, totals.upgraded) || !take(line, " upgraded, ")) return std::nullopt;
  if (!take_count(line, totals.newly_installed) || !take(line, " newly installed, ")) return std::nullopt;
  while (take_count(line, count)) {
    if (take(line, " reinstalled, ")) {
      totals.reinstalled = count;
    } else if (take(line, " downgraded, ")) {
      totals.downgraded = count;
    } else if (take(line, " to remove and ")) {
      totals.to_remove = count;
    } else {
      totals.not_upgraded = count;
      return line.starts_with(" not upgraded") ? std::optional(totals) : std::nullopt;
    }
  }
  return std::nullopt;
}

// apt 3:   Upgrading: 4, Installing: 7, Removing: 0, Not Upgrading: 5
std::optional<Totals> parse_new_totals(std::string_view line) {
  while (line.starts_with(' ')) line.remove_prefix(1);
  Totals totals;
  const std::array<std::pair<std::string_view, std::size_t*>, 6> parts = {{{"Upgrading: ", &totals.upgraded},
                                                                           {"Installing: ", &totals.newly_installed},
                                                                           {"Reinstalling: ", &totals.reinstalled},
                                                                           {"Downgrading: ", &totals.downgraded},
                                                                           {"Removing: ", &totals.to_remove},
                                                                           {"Not Upgrading: ", &totals.not_upgraded}}};
  bool first = true;
  for (const auto& [word, count] : parts) {
    auto rest = line;
    if (!first) take(rest, ", ");
    if (!take(rest, word)) continue;
    if (!take_count(rest, *count)) return std::nullopt;
    line = rest;
    first = false;
  }
  return !first && line.empty() ? std::optional(totals) : std::nullopt;
}

/// The service whose security updates are listed below the line, where the Pro client says so:
///   *The following packages could receive security updates with UA Infra: ESM service enabled:
///   The following security updates require Ubuntu Pro with 'esm-infra' enabled:
///   Get more security updates through Ubuntu Pro with 'esm-apps' enabled:
///   The following packages will fail to download because your Ubuntu Pro subscription has expired
std::optional<std::string> offered_service(std::string_view line) {
  const auto has = [&](std::string_view text) { return line.find(text) != std::string_view::npos; };
  if (has("could receive security updates with UA ")) return has("UA Apps") ? "esm-apps" : "esm-infra";
  if (has("because your Ubuntu Pro subscription has expired")) return std::string();
  const auto quote = line.find("with '");
  const auto end = line.find("' enabled", quote);
  if (!has("security update") || quote == std::string_view::npos || end == std::string_view::npos) return std::nullopt;
  return std::string(line.substr(quote + 6, end - quote - 6));
}

class Reader {
 public:
  void read(std::string_view raw) {
    const std::string line = shown_line(raw);
    if (line.find_first_not_of(' ') == std::string::npos) {
      end_list();
    } else if (is_record(line)) {
      end_list();
      read_records(line, simulation_, rest_);
    } else if (!read_listed(line)) {
      const auto text = std::string_view(line).substr(line.find_first_not_of(' '));
      if (!read_heading(text)) read_other(text);
    }
  }

  Simulation finish() {
    end_list();
    simulation_.not_understood = rest_.take();
    return std::move(simulation_);
  }

 private:
  enum class List { none, names, offers, ignored, summary };

  bool read_listed(const std::string& line) {
    const bool indented = line.front() == ' ';
    if (list_ == List::summary && indented) {
      if (auto totals = parse_new_totals(line)) simulation_.totals = totals;
      return true;
    }
    if (list_ == List::ignored && indented) return true;
    if (list_ == List::names && indented) return add_names(line);
    if (list_ == List::offers) return add_offers(line, indented);
    return false;
  }

  bool add_names(const std::string& line) {
    for (std::string& name : listed_names(line)) {
      if (name.ends_with('*')) name.pop_back();  // to be purged
      if (is_package_name(name))
        (simulation_.*names_).push_back(std::move(name));
      else
        rest_.add(line);
    }
    return true;
  }

  /// Older Pro clients wrap without indenting: the list ends where a line is something else than names.
  bool add_offers(const std::string& line, bool indented) {
    const auto names = words_of(line);
    const bool only_names = std::all_of(names.begin(), names.end(), is_package_name);
    const bool is_sentence = !indented && line.front() >= 'A' && line.front() <= 'Z';
    if (!only_names || is_sentence) return false;
    for (const auto name : names) simulation_.subscription_offers.push_back({std::string(name), {}, service_});
    offers_seen_ = true;
    return true;
  }

  /// Without the parentheses that `-V` and the list of essential packages add: "libc6 (2.36-9 => 2.36-10)".
  static std::vector<std::string> listed_names(std::string_view line) {
    std::vector<std::string> names;
    int depth = 0;
    for (const auto word : words_of(line)) {
      if (word.front() == '(') ++depth;
      if (depth == 0) names.emplace_back(word);
      if (depth > 0 && word.back() == ')') --depth;
    }
    return names;
  }

  bool read_heading(std::string_view line) {
    if (auto service = offered_service(line)) {
      end_list();
      list_ = List::offers;
      service_ = std::move(*service);
      offers_heading_ = line;
      return true;
    }
    const auto heading = std::find_if(kHeadings.begin(), kHeadings.end(),
                                      [&](const Heading& one) { return line.starts_with(one.begin); });
    if (heading == kHeadings.end()) return false;
    end_list();
    names_ = heading->names;
    list_ = names_ != nullptr ? List::names : heading->begin == "Summary:" ? List::summary : List::ignored;
    return true;
  }

  void read_other(std::string_view text) {
    end_list();
    if (text.starts_with(kHookMark)) {
      simulation_.hook_message = text.substr(kHookMark.size());
    } else if (text.starts_with("E: ") || text.starts_with("W: ")) {
      simulation_.complaints.push_back({text[0] == 'E', std::string(text.substr(3))});
    } else if (auto totals = parse_totals(text)) {
      simulation_.totals = totals;
    } else if (!text.starts_with("N: ") && !is_chatter(text)) {
      rest_.add(text);
    }
  }

  void end_list() {
    if (list_ == List::offers && !offers_seen_) rest_.add(offers_heading_);
    list_ = List::none;
    offers_seen_ = false;
  }

  Simulation simulation_;
  NotUnderstood rest_;
  List list_ = List::none;
  Names names_ = nullptr;
  std::string service_;
  std::string offers_heading_;
  bool offers_seen_ = false;
};

}  // namespace

// Reading package lists...
// Calculating upgrade...
// The following packages have been kept back:
//   libnetplan0 netplan.io
// The following packages will be upgraded:
//   linux-image-generic
// 1 upgraded, 1 newly installed, 0 to remove and 2 not upgraded.
// Inst linux-image-5.15.0-86-generic (5.15.0-86.96 Ubuntu:22.04/jammy-updates, Ubuntu:22.04/jammy-security [amd64])
// Inst linux-image-generic [5.15.0.69.67] (5.15.0.86.83 Ubuntu:22.04/jammy-updates [amd64]) []
// Conf linux-image-generic (5.15.0.86.83 Ubuntu:22.04/jammy-updates [amd64])
Simulation parse_simulation(std::string_view text) {
  Reader reader;
  for_each_line(text, [&](std::string_view line) { reader.read(line); });
  return reader.finish();
}

std::vector<std::string> disagreements(const Simulation& simulation, Detail detail) {
  if (!simulation.totals) return {"apt's answer has no line of totals: it is not whole"};
  std::vector<std::string> all;
  const auto compare = [&](std::string_view what, std::size_t promised, std::size_t seen) {
    if (promised != seen) all.push_back(fmt::format("apt counts {} {} and names {}", promised, what, seen));
  };
  const Totals& totals = *simulation.totals;
  if (detail == Detail::records) {
    const auto fresh =
        static_cast<std::size_t>(std::count_if(simulation.installs.begin(), simulation.installs.end(),
                                               [](const PlannedInstall& one) { return one.installed.empty(); }));
    compare("packages to upgrade", totals.upgraded + totals.downgraded + totals.reinstalled,
            simulation.installs.size() - fresh);
    compare("new packages", totals.newly_installed, fresh);
    // A package may be taken away for a moment and come back, so more removals than promised are no contradiction.
    if (simulation.removals.size() < totals.to_remove)
      compare("removals", totals.to_remove, simulation.removals.size());
  } else {
    compare("packages to upgrade", totals.upgraded, simulation.upgraded.size());
    compare("new packages", totals.newly_installed, simulation.new_packages.size());
    compare("removals", totals.to_remove, simulation.removed.size());
  }
  compare("packages kept back", totals.not_upgraded, simulation.kept_back.size() + simulation.phased.size());
  return all;
}

}  // namespace patchstate::apt
