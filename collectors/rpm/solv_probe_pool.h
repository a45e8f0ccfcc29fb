// SPDX-License-Identifier: Apache-2.0
// What patchstate-solv-probe needs of libsolv for any tool's caches, and how it prints what it finds.
#pragma once

// libsolv calls fields `requires` otherwise, which is a keyword.
#define LIBSOLV_SOLVABLE_PREPEND_DEP 1

#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

extern "C" {
#include <solv/dataiterator.h>
#include <solv/pool.h>
#include <solv/queue.h>
#include <solv/solvable.h>
#include <solv/solver.h>
}

namespace patchstate::rpm {

struct FreePool {
  void operator()(Pool* pool) const { pool_free(pool); }
};
using PoolOwner = std::unique_ptr<Pool, FreePool>;

/// An array of libsolv's that frees itself.
class IdQueue {
 public:
  IdQueue() { queue_init(&queue_); }
  IdQueue(const IdQueue&) = delete;
  IdQueue& operator=(const IdQueue&) = delete;
  ~IdQueue() { queue_free(&queue_); }
  Queue* get() { return &queue_; }
  const Id* begin() const { return queue_.elements; }
  const Id* end() const { return queue_.elements + queue_.count; }
  std::size_t size() const { return static_cast<std::size_t>(queue_.count); }
  Id operator[](std::size_t index) const { return queue_.elements[index]; }
  void push(Id one, Id other) { queue_push2(&queue_, one, other); }
  void push(Id one) { queue_push(&queue_, one); }

 private:
  Queue queue_{};
};

struct FreeSolver {
  void operator()(Solver* solver) const { solver_free(solver); }
};
using SolverOwner = std::unique_ptr<Solver, FreeSolver>;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using FileOwner = std::unique_ptr<std::FILE, CloseFile>;

/// Ids the solver has decided to install.
std::vector<Id> chosen_by(Solver* solver);
/// Installed ones that it has decided not to keep.
std::vector<Id> erased_by(Solver* solver);

constexpr const char* kPatchPrefix = "patch:";
bool is_patch(Pool* pool, const Solvable* one);

/// Empty for no id and no attribute.
std::string text_of(Pool* pool, Id id);
std::string attribute(Solvable* one, Id key);
/// Of the entry that for_each_entry is at.
std::string_view text_here(Pool* pool, Id key);

/// Calls `visit` with the pool at each entry of a list that an advisory has, or a repository (SOLVID_META and `repo`).
template <class Visit>
void for_each_entry(Pool* pool, Id advisory, Id key, const Visit& visit, Repo* repo = nullptr) {
  Dataiterator at{};
  dataiterator_init(&at, pool, repo, advisory, key, nullptr, 0);
  while (dataiterator_step(&at) != 0) {
    dataiterator_setpos(&at);
    visit();
  }
  dataiterator_free(&at);
}

/// CVEs of an advisory, each once: of its references, then of its texts, as collectors/rpm/updateinfo_output reads
/// them.
std::vector<std::string> cves_of(Pool* pool, Id advisory);

/// One JSON object on each: a reader needs no more memory than the longest takes.
using Lines = std::vector<std::string>;
std::string line_of(const nlohmann::json& object);
/// All of it on stdout; the exit code.
int print(const nlohmann::json& head, const std::vector<Lines>& all);

}  // namespace patchstate::rpm
