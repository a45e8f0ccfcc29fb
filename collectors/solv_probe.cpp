// SPDX-License-Identifier: Apache-2.0
// patchstate-solv-probe: asks libsolv about the caches that zypper or dnf5 has made and prints it as JSON. The only
// program that links libsolv; no rules in it. Reads the system below --root, takes no lock, writes nothing.
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "collectors/dnf/dnf5_probe.h"
#include "collectors/zypper/zypper_probe.h"

namespace {

struct Question {
  bool is_of_dnf5 = false;
  std::string root;
  std::vector<std::pair<std::string, std::string>> repositories;
};

/// False: not understood.
bool read(int argc, char** argv, Question& question) {
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--dnf5") {
      question.is_of_dnf5 = true;
    } else if (argument == "--root" && i + 1 < argc) {
      question.root = argv[++i];
    } else if (argument == "--repository" && i + 2 < argc) {
      question.repositories.emplace_back(argv[i + 1], argv[i + 2]);
      i += 2;
    } else {
      return false;
    }
  }
  while (!question.root.empty() && question.root.back() == '/') question.root.pop_back();
  return !question.repositories.empty();
}

}  // namespace

int main(int argc, char** argv) {
  Question question;
  if (!read(argc, argv, question)) {
    std::fputs(
        "usage: patchstate-solv-probe [--root DIR] --repository ALIAS FILE…\n"
        "       patchstate-solv-probe --dnf5 [--root DIR] --repository ID CACHE…\n",
        stderr);
    return 2;
  }
  if (question.is_of_dnf5) {
    std::vector<patchstate::dnf::ProbedRepository> repositories;
    for (const auto& [id, cache] : question.repositories) repositories.push_back({id, cache});
    return patchstate::dnf::probe(question.root, repositories);
  }
  std::vector<patchstate::zypper::ProbedRepository> repositories;
  for (const auto& [alias, file] : question.repositories) repositories.push_back({alias, file});
  return patchstate::zypper::probe(question.root, repositories);
}
