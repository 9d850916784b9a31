#include "tests/support/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <utility>

#include "base/text.h"

namespace llmctl::test {
namespace {

using namespace std::chrono_literals;

/// How soon the end of a test ends a server that waits.
constexpr auto attention = 10ms;

int make_socket(sockaddr_in& address) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (listener < 0 || ::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("cannot have a loopback port");
  return listener;
}

bool is_readable(int socket, std::chrono::milliseconds patience) {
  pollfd waiting{socket, POLLIN, 0};
  return ::poll(&waiting, 1, static_cast<int>(patience.count())) > 0;
}

void break_off(int socket) {
  const linger at_once{1, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

std::string_view reason(int status) {
  return status == 200 ? "OK" : status == 404 ? "Not Found" : "Whatever";
}

}  // namespace

std::string http_reply(std::string_view body, std::string_view headers, int status) {
  std::string text = "HTTP/1.1 " + std::to_string(status) + " ";
  text.append(reason(status)).append("\r\n").append(headers);
  text.append("content-length: ").append(std::to_string(body.size())).append("\r\n\r\n");
  return text.append(body);
}

ScriptedReply reply_with(std::string_view body, std::string_view headers, int status) {
  return {{{http_reply(body, headers, status)}}};
}

std::string RecordedRequest::header(std::string_view name) const {
  const std::string wanted = to_lower_ascii(name);
  for (const std::string& line : split(head, '\n')) {
    const auto colon = line.find(':');
    if (colon == std::string::npos || to_lower_ascii(line.substr(0, colon)) != wanted) continue;
    return std::string(trim(std::string_view(line).substr(colon + 1)));
  }
  return {};
}

struct HttpServer::TlsContext {
  TlsContext(const Certificate& certificate, Tls version) {
    const auto text = [](const std::string& pem) {
      return BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    };
    BIO* certificate_text = text(certificate.certificate);
    BIO* key_text = text(certificate.key);
    X509* x509 = PEM_read_bio_X509(certificate_text, nullptr, nullptr, nullptr);
    EVP_PKEY* key = PEM_read_bio_PrivateKey(key_text, nullptr, nullptr, nullptr);
    const bool is_fine =
        SSL_CTX_use_certificate(context, x509) == 1 && SSL_CTX_use_PrivateKey(context, key) == 1;
    X509_free(x509);
    EVP_PKEY_free(key);
    BIO_free(certificate_text);
    BIO_free(key_text);
    if (!is_fine) throw std::runtime_error("cannot use the certificate");
    if (version == Tls::newest) return;
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
  }
  ~TlsContext() { SSL_CTX_free(context); }
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
};

/// One connection, with or without TLS. Whatever waits ends with the server.
class HttpServer::Connection {
 public:
  Connection(int socket, const TlsContext* tls, const std::atomic<bool>& is_over)
      : socket_(socket), is_over_(is_over) {
    const timeval patience{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const timeval moment{0, 20'000};
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &moment, sizeof moment);
    if (tls == nullptr) return;
    ssl_ = SSL_new(tls->context);
    SSL_set_mode(ssl_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_set_fd(ssl_, socket_);
    is_fine_ = wait_for_bytes() && SSL_accept(ssl_) == 1;
  }
  ~Connection() {
    if (ssl_ != nullptr && is_fine_) SSL_shutdown(ssl_);
    SSL_free(ssl_);
    ::close(socket_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// What has arrived; empty when nothing will.
  std::string read() {
    if (!is_fine_ || !wait_for_bytes()) return {};
    std::string buffer(65'536, '\0');
    const auto size = static_cast<int>(buffer.size());
    const auto count = ssl_ != nullptr ? SSL_read(ssl_, buffer.data(), size)
                                       : static_cast<int>(::recv(socket_, buffer.data(), size, 0));
    is_fine_ = count > 0;
    buffer.resize(is_fine_ ? count : 0);
    return buffer;
  }

  /// False when the client does not take it.
  bool write(std::string_view bytes) {
    while (is_fine_ && !bytes.empty() && !is_over_) {
      const auto size = static_cast<int>(std::min<std::size_t>(bytes.size(), 1 << 20));
      const auto count = ssl_ != nullptr
                             ? SSL_write(ssl_, bytes.data(), size)
                             : static_cast<int>(::send(socket_, bytes.data(), size, MSG_NOSIGNAL));
      const bool must_wait = ssl_ != nullptr ? SSL_get_error(ssl_, count) == SSL_ERROR_WANT_WRITE
                                             : errno == EAGAIN || errno == EINTR;
      if (count > 0) bytes.remove_prefix(count);
      if (count <= 0 && !must_wait) is_fine_ = false;
    }
    return is_fine_ && bytes.empty();
  }

  void reset() {
    break_off(socket_);
    is_fine_ = false;
  }
  /// Until the client has gone, or the server ends.
  void stall() {
    while (!read().empty()) continue;
  }

 private:
  bool wait_for_bytes() const {
    while (!is_over_) {
      if (ssl_ != nullptr && SSL_pending(ssl_) > 0) return true;
      if (is_readable(socket_, attention)) return true;
    }
    return false;
  }

  int socket_;
  const std::atomic<bool>& is_over_;
  SSL* ssl_ = nullptr;
  bool is_fine_ = true;
};

HttpServer::HttpServer(std::vector<ScriptedReply> script) : script_(std::move(script)) { listen(); }

HttpServer::HttpServer(std::vector<ScriptedReply> script, const Certificate& certificate,
                       Tls version)
    : script_(std::move(script)), tls_(std::make_unique<TlsContext>(certificate, version)) {
  listen();
}

HttpServer::~HttpServer() {
  is_over_ = true;
  acceptor_.join();
  for (std::thread& server : servers_) server.join();
  ::close(listener_);
}

std::string HttpServer::url(std::string_view path, std::string_view host) const {
  std::string text = tls_ ? "https://" : "http://";
  return text.append(host).append(":").append(std::to_string(port_)).append(path);
}

std::vector<RecordedRequest> HttpServer::requests() const {
  const std::scoped_lock lock(mutex_);
  return requests_;
}

void HttpServer::listen() {
  sockaddr_in address{};
  listener_ = make_socket(address);
  port_ = ntohs(address.sin_port);
  if (::listen(listener_, 64) != 0) throw std::runtime_error("cannot listen");
  acceptor_ = std::thread([this] { accept_connections(); });
}

void HttpServer::accept_connections() {
  while (!is_over_) {
    if (!is_readable(listener_, attention)) continue;
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    const int number = connections_++;
    servers_.emplace_back([this, socket, number] { serve(socket, number); });
  }
}

void HttpServer::serve(int socket, int number) {
  // OpenSSL writes to connections that may be closed.
  sigset_t broken_pipe;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);

  Connection connection(socket, tls_.get(), is_over_);
  std::string bytes;
  while (true) {
    RecordedRequest request;
    request.connection = number;
    std::optional<std::size_t> whole;
    while (!whole || bytes.size() < *whole) {
      const std::string more = connection.read();
      if (more.empty()) return;
      bytes += more;
      const auto end = bytes.find("\r\n\r\n");
      if (whole || end == std::string::npos) continue;
      request.head = bytes.substr(0, end + 2);
      whole = end + 4 + std::strtoul(request.header("content-length").c_str(), nullptr, 10);
    }
    request.body = bytes.substr(request.head.size() + 2, *whole - request.head.size() - 2);
    bytes.erase(0, *whole);
    if (!answer(connection, request)) return;
  }
}

/// False when the connection is over.
bool HttpServer::answer(Connection& connection, const RecordedRequest& request) {
  std::size_t number = 0;
  {
    const std::scoped_lock lock(mutex_);
    number = requests_.size();
    requests_.push_back(request);
  }
  if (number >= script_.size()) return false;
  const ScriptedReply& reply = script_[number];
  for (int i = 0; i < reply.repeat; ++i) {
    for (const auto& piece : reply.pieces) {
      for (auto left = piece.before; left > 0ms && !is_over_; left -= attention)
        std::this_thread::sleep_for(std::min<std::chrono::milliseconds>(left, attention));
      if (!connection.write(piece.bytes)) return false;
    }
  }
  if (reply.end == ScriptedReply::End::stall) connection.stall();
  if (reply.end == ScriptedReply::End::reset) connection.reset();
  return reply.end == ScriptedReply::End::keep;
}

std::uint16_t unused_port() {
  sockaddr_in address{};
  ::close(make_socket(address));
  return ntohs(address.sin_port);
}

}  // namespace llmctl::test
