#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>

#include "base/error.h"
#include "http/curl_functions.h"

namespace llmctl::http {

/// The headers of a request, as libcurl takes them.
class HeaderList {
 public:
  explicit HeaderList(const CurlFunctions& curl)
      : list_(nullptr, curl.curl_slist_free_all), curl_(curl) {}

  void add(const std::string& line) {
    curl_slist* longer = curl_.curl_slist_append(list_.get(), line.c_str());
    if (longer == nullptr) throw Error(ErrorKind::failed, "out of memory");
    // The first append made the list; the others give back the same one.
    if (list_ == nullptr) list_.reset(longer);
  }
  curl_slist* get() const { return list_.get(); }

 private:
  std::unique_ptr<curl_slist, decltype(&::curl_slist_free_all)> list_;
  const CurlFunctions& curl_;
};

/// One request, as libcurl sees it.
class EasyHandle {
 public:
  explicit EasyHandle(const CurlFunctions& curl)
      : handle_(curl.curl_easy_init(), curl.curl_easy_cleanup), curl_(curl) {
    if (handle_ == nullptr) throw Error(ErrorKind::failed, "libcurl gives no handle");
  }

  CURL* get() const { return handle_.get(); }

  /// The value's type must be exactly the option's: long, curl_off_t, a pointer or a function.
  template <typename Value>
  void set(CURLoption option, Value value) {
    const CURLcode code = curl_.curl_easy_setopt(handle_.get(), option, value);
    if (code != CURLE_OK) refuse(option, code);
  }
  /// For options that the oldest libraries we run with do not know, and can be done without.
  template <typename Value>
  void set_if_known(CURLoption option, Value value) {
    const CURLcode code = curl_.curl_easy_setopt(handle_.get(), option, value);
    if (code != CURLE_OK && code != CURLE_UNKNOWN_OPTION) refuse(option, code);
  }
  template <typename Value>
  Value info(CURLINFO what) const {
    Value value{};
    curl_.curl_easy_getinfo(handle_.get(), what, &value);
    return value;
  }

 private:
  [[noreturn]] void refuse(CURLoption option, CURLcode code) const {
    throw Error(ErrorKind::configuration,
                fmt::format("libcurl refuses its option {}: {}", static_cast<int>(option),
                            curl_.curl_easy_strerror(code)));
  }

  std::unique_ptr<CURL, decltype(&::curl_easy_cleanup)> handle_;
  const CurlFunctions& curl_;
};

/// The connections, kept from one request to the next.
class MultiHandle {
 public:
  explicit MultiHandle(const CurlFunctions& curl)
      : handle_(curl.curl_multi_init(), curl.curl_multi_cleanup), curl_(curl) {
    if (handle_ == nullptr) throw Error(ErrorKind::failed, "libcurl gives no handle");
  }

  void add(const EasyHandle& easy) {
    check(curl_.curl_multi_add_handle(handle_.get(), easy.get()));
  }
  void remove(const EasyHandle& easy) noexcept {
    curl_.curl_multi_remove_handle(handle_.get(), easy.get());
  }
  /// Does what can be done without waiting; false when nothing is left to do.
  bool perform() {
    int running = 0;
    check(curl_.curl_multi_perform(handle_.get(), &running));
    return running > 0;
  }
  /// Until there is something to do, or a signal has arrived, or at most so long.
  void wait(int milliseconds) {
    check(curl_.curl_multi_poll(handle_.get(), nullptr, 0, milliseconds, nullptr));
  }
  /// How the only request has ended.
  CURLcode outcome() {
    int left = 0;
    const CURLMsg* message = curl_.curl_multi_info_read(handle_.get(), &left);
    return message != nullptr ? message->data.result : CURLE_FAILED_INIT;
  }

 private:
  void check(CURLMcode code) const {
    if (code != CURLM_OK)
      throw Error(ErrorKind::failed, fmt::format("libcurl: {}", curl_.curl_multi_strerror(code)));
  }

  std::unique_ptr<CURLM, decltype(&::curl_multi_cleanup)> handle_;
  const CurlFunctions& curl_;
};

}  // namespace llmctl::http
