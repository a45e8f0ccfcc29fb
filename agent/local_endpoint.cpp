// SPDX-License-Identifier: Apache-2.0
#include "agent/local_endpoint.h"

#include <string>
#include <system_error>

#include "agent/output.h"
#include "platform/files.h"

namespace patchstate {
namespace {

/// A disk may get room again, and a reader may come back: whatever fails is later.
template <class Write>
Delivery delivery_by(Write write) {
  try {
    write();
    return {Outcome::accepted, {}, {}, false};
  } catch (const std::system_error& error) {
    return {Outcome::retry_later, error.what(), {}, false};
  }
}

}  // namespace

Delivery FolderEndpoint::send(const Message& message) {
  return delivery_by([&] {
    std::filesystem::create_directories(folder_);
    write_durably(folder_ / message.name, message.body);
  });
}

Delivery FileEndpoint::send(const Message& message) {
  return delivery_by([&] { write_durably(file_, message.body); });
}

Delivery OutputEndpoint::send(const Message& message) {
  return delivery_by([&] {
    std::string text(message.body);
    if (!text.ends_with('\n')) text += '\n';
    print_report(text);
  });
}

}  // namespace patchstate
