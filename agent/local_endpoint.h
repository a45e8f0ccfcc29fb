// SPDX-License-Identifier: Apache-2.0
// Destinations on this machine: a folder that gets a file for each report, a file that always holds the last one, and
// standard output.
#pragma once

#include <filesystem>

#include "agent/endpoint.h"

namespace patchstate {

/// Made when it is missing. A report that comes twice is the same file.
class FolderEndpoint final : public Endpoint {
 public:
  explicit FolderEndpoint(std::filesystem::path folder) : folder_(std::move(folder)) {}
  Delivery send(const Message& message) override;

 private:
  std::filesystem::path folder_;
};

class FileEndpoint final : public Endpoint {
 public:
  explicit FileEndpoint(std::filesystem::path file) : file_(std::move(file)) {}
  Delivery send(const Message& message) override;

 private:
  std::filesystem::path file_;
};

class OutputEndpoint final : public Endpoint {
 public:
  Delivery send(const Message& message) override;
};

}  // namespace patchstate
