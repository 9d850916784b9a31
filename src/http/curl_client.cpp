#include "http/curl_client.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <utility>
#include <variant>

#include "base/signals.h"
#include "http/address.h"
#include "http/curl_failure.h"
#include "http/curl_functions.h"
#include "http/curl_handles.h"
#include "http/proxy.h"
#include "http/trace.h"
#include "http/transfer.h"
#include "http/url.h"

namespace llmctl::http {
namespace {

/// How soon a signal ends a request.
constexpr std::chrono::milliseconds attention{100};

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

/// Lets sockets be made only for addresses that may be connected to. Names are resolved by then, so
/// it does not matter what a name pointed to when somebody looked.
struct Gate {
  Reach reach = Reach::internet;
  std::string target;                  ///< for the message
  std::optional<std::string> refusal;  ///< the last one
};

curl_socket_t open_socket(void* data, curlsocktype, curl_sockaddr* target) {
  auto& gate = *static_cast<Gate*>(data);
  const auto address = address_of(target->addr);
  const auto why = address ? why_refused(*address, gate.reach) : "no internet address";
  if (!why) return ::socket(target->family, target->socktype | SOCK_CLOEXEC, target->protocol);
  const bool may_be_permitted =
      gate.reach == Reach::internet && address && !why_refused(*address, Reach::anywhere);
  gate.refusal = fmt::format(
      "no connection is made to {}, which has {}{}", gate.target, *why,
      may_be_permitted ? "; 'allow_private: true' in llmctl's configuration file permits it" : "");
  return CURL_SOCKET_BAD;
}

/// Neither a number of bytes that were taken, nor one that means something else to libcurl.
constexpr std::size_t stop = 0xffffffff;

std::size_t take_head_line(const char* bytes, std::size_t, std::size_t size, void* transfer) {
  return static_cast<Transfer*>(transfer)->take_head_line({bytes, size}) ? size : stop;
}

std::size_t take_body(const char* bytes, std::size_t, std::size_t size, void* transfer) {
  return static_cast<Transfer*>(transfer)->take_body({bytes, size}) ? size : stop;
}

int begin_request(void* transfer, char*, char*, int, int) {
  return static_cast<Transfer*>(transfer)->begin_request() ? CURL_PREREQFUNC_OK
                                                           : CURL_PREREQFUNC_ABORT;
}

/// Shows the head before it is handed on.
class TracingHandler final : public ReplyHandler {
 public:
  TracingHandler(ReplyHandler& next, const CurlOptions& options) : next_(next), options_(options) {}
  void head(const ReplyHead& head) override {
    if (options_.trace) trace_reply(head, options_.trace);
    next_.head(head);
  }
  void body(std::string_view bytes) override { next_.body(bytes); }

 private:
  ReplyHandler& next_;
  const CurlOptions& options_;
};

void set_protocol(EasyHandle& easy) {
  easy.set(CURLOPT_NOSIGNAL, 1L);
  easy.set_if_known(CURLOPT_PROTOCOLS_STR, "http,https");
  easy.set(CURLOPT_FOLLOWLOCATION, 0L);
  easy.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  easy.set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  easy.set(CURLOPT_PROXY_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  easy.set(CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
  easy.set(CURLOPT_TCP_NODELAY, 1L);
  // Otherwise the end of a command waits for a name server that does not answer.
  easy.set_if_known(CURLOPT_QUICK_EXIT, 1L);
  auto certificates = environment("CURL_CA_BUNDLE");
  if (!certificates) certificates = environment("SSL_CERT_FILE");
  if (!certificates) return;
  easy.set(CURLOPT_CAINFO, certificates->c_str());
  easy.set(CURLOPT_PROXY_CAINFO, certificates->c_str());
}

/// `proxy` may be absent.
void set_target(EasyHandle& easy, const Request& request, const std::optional<std::string>& proxy) {
  easy.set(CURLOPT_URL, request.url.c_str());
  easy.set(CURLOPT_PATH_AS_IS, 1L);
  // Empty: none, whatever libcurl finds in the environment.
  easy.set(CURLOPT_PROXY, proxy ? proxy->c_str() : "");
  easy.set(CURLOPT_NOPROXY, "");
  easy.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

/// libcurl reads the body where it lies.
void set_content(EasyHandle& easy, const Request& request, HeaderList& headers) {
  for (const auto& [name, value] : request.headers)
    headers.add(value.empty() ? name + ";" : fmt::format("{}: {}", name, value));
  headers.add("Expect:");
  if (!find_header(request.headers, "content-type")) headers.add("Content-Type:");
  easy.set(CURLOPT_HTTPHEADER, headers.get());
  if (request.method == "HEAD") {
    easy.set(CURLOPT_NOBODY, 1L);
    return;
  }
  if (request.method == "POST" || !request.body.empty()) {
    easy.set(CURLOPT_POST, 1L);
    easy.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    easy.set(CURLOPT_POSTFIELDS, request.body.data());
  }
  easy.set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

void set_callbacks(EasyHandle& easy, Transfer& transfer, Gate& gate) {
  easy.set(CURLOPT_HEADERFUNCTION, &take_head_line);
  easy.set(CURLOPT_HEADERDATA, static_cast<void*>(&transfer));
  easy.set(CURLOPT_WRITEFUNCTION, &take_body);
  easy.set(CURLOPT_WRITEDATA, static_cast<void*>(&transfer));
  easy.set(CURLOPT_PREREQFUNCTION, &begin_request);
  easy.set(CURLOPT_PREREQDATA, static_cast<void*>(&transfer));
  easy.set(CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  easy.set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(&gate));
}

void set_connect_limit(EasyHandle& easy, const Limits& limits) {
  // libcurl divides it among a host's addresses; its own default would be five minutes.
  constexpr std::chrono::hours unlimited{24};
  const Duration limit = limits.connect > Duration::zero() ? limits.connect : Duration(unlimited);
  easy.set(CURLOPT_CONNECTTIMEOUT_MS,
           static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(limit).count()));
}

/// Takes a request out of the connections again, however it ends.
class Enrolment {
 public:
  Enrolment(MultiHandle& connections, const EasyHandle& easy)
      : connections_(connections), easy_(easy) {
    connections_.add(easy_);
  }
  ~Enrolment() { connections_.remove(easy_); }
  Enrolment(const Enrolment&) = delete;
  Enrolment& operator=(const Enrolment&) = delete;

 private:
  MultiHandle& connections_;
  const EasyHandle& easy_;
};

/// How it ended for libcurl, or nothing when it was ended from outside.
std::optional<CURLcode> run(MultiHandle& connections, const EasyHandle& easy, Transfer& transfer) {
  const Enrolment enrolment(connections, easy);
  while (!interrupted()) {
    if (!connections.perform()) return connections.outcome();
    transfer.note_sent(easy.info<curl_off_t>(CURLINFO_SIZE_UPLOAD_T));
    if (transfer.is_overdue()) return std::nullopt;
    connections.wait(static_cast<int>(transfer.patience(attention).count()));
  }
  transfer.fail(Failure::Kind::cancelled, "cancelled");
  return std::nullopt;
}

class CurlClient final : public Client {
 public:
  explicit CurlClient(CurlOptions options) : options_(std::move(options)) {}

  std::optional<Failure> perform(const Request& request, const Limits& limits,
                                 ReplyHandler& handler) override {
    const auto target = parse_url(request.url);
    if (const auto* problem = std::get_if<std::string>(&target))
      return Failure{Failure::Kind::malformed, *problem};
    if (const auto problem = find_problem(request))
      return Failure{Failure::Kind::malformed, *problem};
    if (!connections_) connections_.emplace(curl_functions());
    return perform(request, std::get<Url>(target), limits, handler);
  }

 private:
  std::optional<Failure> perform(const Request& request, const Url& url, const Limits& limits,
                                 ReplyHandler& handler) {
    if (options_.trace) trace_request(request, url, options_.trace);
    TracingHandler tracing(handler, options_);
    Transfer transfer(limits, tracing);
    const auto proxy = proxy_for(url, environment);
    Gate gate{reach_of(url, proxy.has_value()), proxy ? "the proxy" : "'" + url.host + "'", {}};
    std::array<char, CURL_ERROR_SIZE> detail{};

    EasyHandle easy(curl_functions());
    HeaderList headers(curl_functions());
    set_protocol(easy);
    set_target(easy, request, proxy);
    set_content(easy, request, headers);
    set_callbacks(easy, transfer, gate);
    set_connect_limit(easy, limits);
    easy.set(CURLOPT_ERRORBUFFER, detail.data());

    const auto code = run(*connections_, easy, transfer);
    if (code == CURLE_OK) {
      transfer.finish();
    } else if (code && !transfer.result()) {
      auto failure =
          name_failure({*code, detail.data(), gate.refusal, proxy.has_value()}, easy, url, limits);
      transfer.fail(failure.kind, std::move(failure.message));
    }
    return transfer.result();
  }

  Reach reach_of(const Url& url, bool uses_proxy) const {
    if (!url.is_secure) return Reach::loopback;
    return uses_proxy || options_.allow_private ? Reach::anywhere : Reach::internet;
  }

  CurlOptions options_;
  std::optional<MultiHandle> connections_;
};

}  // namespace

std::unique_ptr<Client> make_curl_client(CurlOptions options) {
  return std::make_unique<CurlClient>(std::move(options));
}

}  // namespace llmctl::http
