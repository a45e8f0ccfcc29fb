// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "collectors/collector.h"

namespace patchstate::zypper {

/// Pending updates of a SUSE system: asks zypper, reads what it has fetched.
class ZypperCollector final : public Collector {
 public:
  explicit ZypperCollector(HostAccess access) : access_(std::move(access)) {}
  std::string_view source() const override { return "zypper"; }
  Findings collect() override;

 private:
  HostAccess access_;
};

/// Does this root use zypper? Its reason in words is for `patchstate collectors`.
CollectorChoice choose_zypper(const HostAccess& access);

}  // namespace patchstate::zypper
