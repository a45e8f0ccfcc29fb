// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "collectors/collector.h"

namespace patchstate::apt {

/// Pending updates of a Debian or Ubuntu system: asks patchstate-apt-probe, or apt's own commands where the probe is
/// not installed.
class AptCollector final : public Collector {
 public:
  explicit AptCollector(HostAccess access) : access_(std::move(access)) {}
  std::string_view source() const override { return "apt"; }
  Findings collect() override;

 private:
  HostAccess access_;
};

/// Does this root use apt? Its reason in words is for `patchstate collectors`.
CollectorChoice choose_apt(const HostAccess& access);

}  // namespace patchstate::apt
