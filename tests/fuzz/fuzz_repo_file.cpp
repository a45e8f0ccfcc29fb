// SPDX-License-Identifier: Apache-2.0
#include "collectors/rpm/repo_files.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

void fuzz(std::string_view input) {
  rpm::RepoFiles files;
  rpm::parse_repo_file(input, "x.repo", files);
  for (const auto& repository : files.repositories) {
    test::must(repository.file == "x.repo", "a repository knows its file");
    for (const auto& url : repository.base_urls) test::must(!url.empty(), "a base URL is not empty");
  }
}
