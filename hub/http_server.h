// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 and TLS by libmicrohttpd: one thread waits for all connections (epoll), so ten thousand half-open ones cost
// memory and nothing else (docs/decisions/0006).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace patchstate {

struct HttpRequest {
  std::string method;
  std::string path;                            ///< decoded, without the query
  std::map<std::string, std::string> query;    ///< decoded; of a repeated name the last
  std::map<std::string, std::string> header;   ///< names in lower case; of a repeated one all, as "one, two"
  std::map<std::string, std::string> cookies;  ///< of a repeated name the first
  std::map<std::string, std::string> form;     ///< fields of a form that was posted to a page, as valid UTF-8
  std::string body;                            ///< as received, still compressed
  std::string peer;                            ///< address of the connection, without the port
  std::string client_subject;                  ///< common name of a client certificate that was verified, else empty
};

struct HttpResponse {
  int status = 200;
  std::string content_type;
  std::string body;
  std::vector<std::pair<std::string, std::string>> header;
};

/// Called exactly once, from any thread. What is never answered is answered 500 when the last copy goes away.
using Reply = std::function<void(HttpResponse)>;
/// Called in the thread that serves every connection: hands the work over and returns at once.
using HttpHandler = std::function<void(HttpRequest, Reply)>;

struct TlsFiles {
  std::filesystem::path certificate;  ///< PEM, with its chain; read again when it changes
  std::filesystem::path key;
  std::filesystem::path client_ca;  ///< empty: no client certificate is asked for
};

struct HttpOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0: any that is free
  TlsFiles tls;            ///< certificate empty: plain HTTP
  std::size_t max_body = 8U << 20U;
  std::chrono::seconds idle_timeout{15};
  std::chrono::seconds request_deadline{60};  ///< for a whole body, however busily it trickles
  unsigned max_connections = 16'384;          ///< lowered to what the limit of open files allows
};

class HttpServer {
 public:
  /// Listens when it returns. Throws std::runtime_error or std::system_error with the reason when it can't.
  HttpServer(HttpOptions options, HttpHandler handler);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  /// Takes no more connections, ends those there are. Every Reply must have been called or dropped before.
  ~HttpServer();

  std::uint16_t port() const;
  /// No new connection from now on; those that are open are served on.
  void stop_listening();

 private:
  class Daemon;
  std::unique_ptr<Daemon> daemon_;
};

}  // namespace patchstate
