// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/host_facts.h"
#include "platform/machine.h"

namespace patchstate {

HostFacts read_host_facts(const HostAccess& access) {
  HostFacts facts;
  facts.host.id = host_id(access.root);
  facts.host.hostname = hostname(access.root);
  facts.host.arch = machine_architecture();
  return facts;
}

}  // namespace patchstate
