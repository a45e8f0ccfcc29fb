// SPDX-License-Identifier: Apache-2.0
// dnf5, dnf 4, tdnf and yum: one source, asked through whichever the machine has.
#pragma once

#include <string>

#include "collectors/collector.h"

namespace patchstate::dnf {

enum class Tool { dnf5, dnf4, tdnf, yum };

/// A tool and the program that is it: on Fedora /usr/bin/dnf is dnf5, elsewhere dnf 4; /usr/bin/yum may be either.
struct ToolProgram {
  Tool tool = Tool::dnf4;
  std::string program;  ///< full path; empty: not on this machine
  std::string reason;   ///< why this one
};

/// The system's own tool; of an image that has none in it, the one whose cache is there.
ToolProgram own_tool(const std::filesystem::path& root);

class DnfCollector final : public Collector {
 public:
  DnfCollector(const HostAccess& access, ToolProgram tool) : access_(access), tool_(std::move(tool)) {}
  std::string_view source() const override { return "dnf"; }
  Findings collect() override;

 private:
  HostAccess access_;
  ToolProgram tool_;
};

/// Fits a system with an rpm database and a configuration of dnf, tdnf or yum, whose own tool is not another.
CollectorChoice choose_dnf(const HostAccess& access);

}  // namespace patchstate::dnf
