// SPDX-License-Identifier: Apache-2.0
#include "collectors/zypper/zypper_probe_solver.h"

#include <algorithm>
#include <cstring>
#include <set>

extern "C" {
#include <solv/repo.h>
#include <solv/transaction.h>
}

namespace patchstate::zypper {
namespace {

using rpm::chosen_by;
using rpm::erased_by;
using rpm::SolverOwner;

struct FreeTransaction {
  void operator()(Transaction* transaction) const { transaction_free(transaction); }
};

SolverOwner make_solver(Pool* pool) {
  SolverOwner solver(solver_create(pool));
  solver_set_flag(solver.get(), SOLVER_FLAG_ADD_ALREADY_RECOMMENDED, 0);
  solver_set_flag(solver.get(), SOLVER_FLAG_ALLOW_NAMECHANGE, 1);
  solver_set_flag(solver.get(), SOLVER_FLAG_SPLITPROVIDES, 1);
  return solver;
}

}  // namespace

UpdateRun run_update(Pool* pool) {
  const SolverOwner solver = make_solver(pool);
  IdQueue jobs;
  jobs.push(SOLVER_UPDATE | SOLVER_SOLVABLE_ALL, 0);
  UpdateRun run;
  run.problems = solver_solve(solver.get(), jobs.get());
  run.chosen = chosen_by(solver.get());
  std::set<Id> names;
  for (const Id id : run.chosen) names.insert(pool_id2solvable(pool, id)->name);
  const std::unique_ptr<Transaction, FreeTransaction> transaction(solver_create_transaction(solver.get()));
  for (const Id id : erased_by(solver.get())) {
    if (names.contains(pool_id2solvable(pool, id)->name)) continue;
    IdQueue by;
    transaction_all_obs_pkgs(transaction.get(), id, by.get());
    if (by.size() == 0)
      run.erased.push_back(id);
    else
      run.replaced.push_back({id, {by.begin(), by.end()}});
  }
  return run;
}

PatchRun run_patches(Pool* pool) {
  const SolverOwner solver = make_solver(pool);
  IdQueue jobs;
  PatchRun run;
  run.problems = solver_solve(solver.get(), jobs.get());
  run.changes = static_cast<int>(chosen_by(solver.get()).size() + erased_by(solver.get()).size());
  IdQueue patches;
  Id id = 0;
  FOR_POOL_SOLVABLES(id) {
    Solvable* const one = pool_id2solvable(pool, id);
    const bool is_patch = std::strncmp(pool_id2str(pool, one->name), "patch:", 6) == 0;
    if (is_patch && one->repo != pool->installed && pool_installable(pool, one)) patches.push(id);
  }
  run.known = patches.size();
  IdQueue states;  // 1: satisfied, 0: not, -1: not relevant
  solver_trivial_installable(solver.get(), patches.get(), states.get());
  for (std::size_t i = 0; i < patches.size() && i < states.size(); ++i)
    if (states[i] == 0) run.needed.push_back(patches[i]);
  return run;
}

}  // namespace patchstate::zypper
