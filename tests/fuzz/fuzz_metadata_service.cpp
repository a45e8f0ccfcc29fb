// SPDX-License-Identifier: Apache-2.0
// An answer of a "metadata service": on a machine that only looks like a cloud's, anybody may listen there.
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "platform/link_local_http.h"
#include "tests/fuzz/fuzz.h"

using namespace patchstate;

namespace {

struct Listener {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int port = 0;

  Listener() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    test::must(bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 && listen(fd, 16) == 0, "a port can be had");
    getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
  }

  void answer(std::string_view bytes) const {
    const int client = accept4(fd, nullptr, nullptr, SOCK_CLOEXEC);
    if (send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) perror("send");
    close(client);
  }
};

}  // namespace

void fuzz(std::string_view input) {
  static const Listener listener;
  std::thread server([&] { listener.answer(input); });
  LinkLocalRequest request;
  request.address = "127.0.0.1";
  request.port = listener.port;
  const auto body = fetch_link_local(request, std::chrono::seconds{5});
  server.join();
  test::must(!body || body->size() <= (64U << 10U), "a body keeps its limit");
}
