// SPDX-License-Identifier: Apache-2.0
#include "hub/http_server.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <cerrno>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <fmt/core.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hub/http_tls.h"

namespace patchstate {
namespace {

using Clock = std::chrono::steady_clock;

constexpr rlim_t kKeptForFiles = 128;  ///< descriptors that are not connections: the store, logs
constexpr const char* kTlsVersions = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

/// One request of one connection, from its first line to its end.
struct Exchange {
  HttpRequest request;
  Clock::time_point give_up;
  bool too_large = false;
  bool is_waiting = false;  ///< suspended until `answered`
  std::atomic<bool> answered{false};
  HttpResponse response;
};

/// What a Reply holds: answers once, and answers 500 when nobody did.
class Ticket {
 public:
  Ticket(MHD_Connection* connection, Exchange* exchange) : connection_(connection), exchange_(exchange) {}
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;
  ~Ticket() { answer({500, "application/problem+json", R"({"title":"the request was dropped","status":500})", {}}); }

  void answer(HttpResponse response) {
    if (done_.exchange(true)) return;
    exchange_->response = std::move(response);
    exchange_->answered.store(true, std::memory_order_release);
    MHD_resume_connection(connection_);
  }

 private:
  MHD_Connection* connection_;
  Exchange* exchange_;
  std::atomic<bool> done_{false};
};

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::string address_of(const sockaddr* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address->sa_family == AF_INET)
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, text.data(), text.size());
  else if (address->sa_family == AF_INET6)
    inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, text.data(), text.size());
  return text.data();
}

MHD_Result add_header(void* request, MHD_ValueKind, const char* key, const char* value) {
  // RFC 9110, 5.3. Nobody gets the second of two headers believed where another program looks at the first.
  const auto [place, is_first] = static_cast<HttpRequest*>(request)->header.try_emplace(lower(key));
  if (!is_first) place->second += ", ";
  place->second += value == nullptr ? "" : value;
  return MHD_YES;
}

MHD_Result add_parameter(void* request, MHD_ValueKind, const char* key, const char* value) {
  static_cast<HttpRequest*>(request)->query[key] = value == nullptr ? "" : value;
  return MHD_YES;
}

MHD_Result add_cookie(void* request, MHD_ValueKind, const char* key, const char* value) {
  static_cast<HttpRequest*>(request)->cookies.try_emplace(key, value == nullptr ? "" : value);
  return MHD_YES;
}

const MHD_ConnectionInfo* info(MHD_Connection* connection, MHD_ConnectionInfoType what) {
  return MHD_get_connection_info(connection, what);
}

MHD_Result send(MHD_Connection* connection, HttpResponse& answer) {
  MHD_Response* const response =
      MHD_create_response_from_buffer(answer.body.size(), answer.body.data(), MHD_RESPMEM_MUST_COPY);
  if (response == nullptr) return MHD_NO;
  if (!answer.content_type.empty()) MHD_add_response_header(response, "Content-Type", answer.content_type.c_str());
  for (const auto& [name, value] : answer.header) MHD_add_response_header(response, name.c_str(), value.c_str());
  // What an answer says itself is not said twice: the stricter of two would be taken.
  for (const auto& [name, value] : {std::pair{"X-Content-Type-Options", "nosniff"}, {"Cache-Control", "no-store"}})
    if (MHD_get_response_header(response, name) == nullptr) MHD_add_response_header(response, name, value);
  const MHD_Result result = MHD_queue_response(connection, static_cast<unsigned>(answer.status), response);
  MHD_destroy_response(response);
  return result;
}

unsigned allowed_connections(unsigned wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 512;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, std::max<rlim_t>(limit.rlim_cur, wanted + kKeptForFiles));
  setrlimit(RLIMIT_NOFILE, &limit);  // within what the system allows: what it refuses is read back below
  getrlimit(RLIMIT_NOFILE, &limit);
  const auto room = limit.rlim_cur > 2 * kKeptForFiles ? limit.rlim_cur - kKeptForFiles : limit.rlim_cur / 2;
  return static_cast<unsigned>(std::min<rlim_t>(wanted, room));
}

/// The socket is ours so that a second program on the port, or an address that is not here, is said in words.
int listening_socket(const HttpOptions& options) {
  sockaddr_storage storage{};
  socklen_t size = 0;
  auto* const v4 = reinterpret_cast<sockaddr_in*>(&storage);
  auto* const v6 = reinterpret_cast<sockaddr_in6*>(&storage);
  if (inet_pton(AF_INET, options.address.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(options.port);
    size = sizeof(sockaddr_in);
  } else if (inet_pton(AF_INET6, options.address.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(options.port);
    size = sizeof(sockaddr_in6);
  } else {
    throw std::runtime_error(fmt::format("{} is not an IP address to listen on", options.address));
  }
  const int fd = socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  const bool listens = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
                       bind(fd, reinterpret_cast<const sockaddr*>(&storage), size) == 0 && listen(fd, 4096) == 0;
  if (listens) return fd;
  const int error = errno;
  if (fd >= 0) close(fd);
  throw std::system_error(error, std::generic_category(),
                          fmt::format("cannot listen on {} port {}", options.address, options.port));
}

}  // namespace

class HttpServer::Daemon {
 public:
  Daemon(HttpOptions options, HttpHandler handler) : options_(std::move(options)), handler_(std::move(handler)) {
    const bool is_tls = !options_.tls.certificate.empty();
    if (is_tls) certificates_ = std::make_unique<CertificateFiles>(options_.tls);
    if (!options_.tls.client_ca.empty()) client_ca_ = read_file(options_.tls.client_ca);
    const int fd = listening_socket(options_);
    std::vector<MHD_OptionItem> more{
        {MHD_OPTION_LISTEN_SOCKET, fd, nullptr},
        {MHD_OPTION_CONNECTION_LIMIT, static_cast<intptr_t>(allowed_connections(options_.max_connections)), nullptr},
        {MHD_OPTION_CONNECTION_TIMEOUT, static_cast<intptr_t>(options_.idle_timeout.count()), nullptr},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, 16 << 10, nullptr},
    };
    if (is_tls) {
      more.push_back({MHD_OPTION_HTTPS_PRIORITIES, 0, const_cast<char*>(kTlsVersions)});
      more.push_back({MHD_OPTION_HTTPS_CERT_CALLBACK, 0, reinterpret_cast<void*>(&retrieve)});
      if (!client_ca_.empty()) more.push_back({MHD_OPTION_HTTPS_MEM_TRUST, 0, client_ca_.data()});
    }
    more.push_back({MHD_OPTION_END, 0, nullptr});
    const unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO |
                           (is_tls ? static_cast<unsigned>(MHD_USE_TLS) : 0U);
    serving_ = this;
    daemon_ = MHD_start_daemon(flags, 0, nullptr, nullptr, &take, this, MHD_OPTION_NOTIFY_COMPLETED, &completed, this,
                               MHD_OPTION_ARRAY, more.data(), MHD_OPTION_END);
    if (daemon_ == nullptr) {
      close(fd);
      throw std::runtime_error("the HTTP server did not start");
    }
  }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  ~Daemon() {
    stop_listening();
    MHD_stop_daemon(daemon_);
    serving_ = nullptr;
  }

  std::uint16_t port() const {
    const MHD_DaemonInfo* const bound = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_BIND_PORT);
    return bound == nullptr ? 0 : bound->port;
  }
  void stop_listening() {
    if (listening_.exchange(false)) {
      const int fd = MHD_quiesce_daemon(daemon_);
      if (fd >= 0) close(fd);
    }
  }

 private:
  static int retrieve(gnutls_session_t, const gnutls_datum_t*, int, const gnutls_pk_algorithm_t*, int,
                      gnutls_pcert_st** chain, unsigned* length, gnutls_privkey_t* key) {
    // libmicrohttpd hands its callback no argument of ours: there is one server in a program. What was handed out last
    // stays alive while handshakes use it.
    Daemon* const self = serving_;
    if (self == nullptr) return -1;
    const auto loaded = self->certificates_->current();
    if (self->handed_out_.empty() || self->handed_out_.back() != loaded) self->handed_out_.push_back(loaded);
    *chain = const_cast<gnutls_pcert_st*>(loaded->chain.data());
    *length = static_cast<unsigned>(loaded->chain.size());
    *key = loaded->key;
    return 0;
  }

  static MHD_Result take(void* self, MHD_Connection* connection, const char* url, const char* method, const char*,
                         const char* data, std::size_t* size, void** state) {
    auto* const exchange = static_cast<Exchange*>(*state);
    auto& daemon = *static_cast<Daemon*>(self);
    if (exchange == nullptr) return daemon.begin(connection, url, method, state);
    if (*size > 0) return daemon.add_body(*exchange, data, size);
    if (exchange->answered.load(std::memory_order_acquire)) return send(connection, exchange->response);
    if (exchange->too_large) {
      exchange->response = {
          413, "application/problem+json", R"({"title":"the body is larger than this hub accepts","status":413})", {}};
      return send(connection, exchange->response);
    }
    if (exchange->is_waiting) return MHD_YES;
    daemon.hand_over(connection, *exchange);
    return MHD_YES;
  }

  MHD_Result begin(MHD_Connection* connection, const char* url, const char* method, void** state) {
    auto exchange = std::make_unique<Exchange>();
    exchange->give_up = Clock::now() + options_.request_deadline;
    HttpRequest& request = exchange->request;
    request.method = method;
    request.path = url;
    MHD_get_connection_values(connection, MHD_HEADER_KIND, &add_header, &request);
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, &add_parameter, &request);
    MHD_get_connection_values(connection, MHD_COOKIE_KIND, &add_cookie, &request);
    if (const auto* const peer = info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS))
      request.peer = address_of(peer->client_addr);
    if (!client_ca_.empty())
      if (const auto* const tls = info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION))
        request.client_subject = verified_subject(static_cast<gnutls_session_t>(tls->tls_session));
    *state = exchange.release();  // `completed` deletes it
    return MHD_YES;
  }

  MHD_Result add_body(Exchange& exchange, const char* data, std::size_t* size) const {
    if (Clock::now() > exchange.give_up) return MHD_NO;  // closes the connection
    if (exchange.request.body.size() + *size > options_.max_body) {
      exchange.too_large = true;
      exchange.request.body.clear();
    }
    if (!exchange.too_large) exchange.request.body.append(data, *size);
    *size = 0;
    return MHD_YES;
  }

  void hand_over(MHD_Connection* connection, Exchange& exchange) const {
    exchange.is_waiting = true;
    MHD_suspend_connection(connection);
    const auto ticket = std::make_shared<Ticket>(connection, &exchange);
    handler_(std::move(exchange.request), [ticket](HttpResponse response) { ticket->answer(std::move(response)); });
  }

  static void completed(void*, MHD_Connection*, void** state, MHD_RequestTerminationCode) {
    const std::unique_ptr<Exchange> exchange(static_cast<Exchange*>(*state));
    *state = nullptr;
  }

  inline static std::atomic<Daemon*> serving_{nullptr};
  HttpOptions options_;
  HttpHandler handler_;
  std::string client_ca_;
  std::unique_ptr<CertificateFiles> certificates_;
  std::vector<std::shared_ptr<const CertificateFiles::Loaded>> handed_out_;
  MHD_Daemon* daemon_ = nullptr;
  std::atomic<bool> listening_{true};
};

HttpServer::HttpServer(HttpOptions options, HttpHandler handler)
    : daemon_(std::make_unique<Daemon>(std::move(options), std::move(handler))) {}
HttpServer::~HttpServer() = default;

std::uint16_t HttpServer::port() const {
  return daemon_->port();
}

void HttpServer::stop_listening() {
  daemon_->stop_listening();
}

}  // namespace patchstate
