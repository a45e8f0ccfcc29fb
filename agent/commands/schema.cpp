// SPDX-License-Identifier: Apache-2.0
#include "agent/commands/commands.h"
#include "assessment/assessment_json.h"

namespace patchstate {

int run(const SchemaCommand& /*command*/) {
  print(assessment_schema());
  return 0;
}

}  // namespace patchstate
