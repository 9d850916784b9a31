#pragma once

#include <string>

namespace llmctl::test {

/// A certificate and its private key, both as PEM.
struct Certificate {
  std::string certificate;
  std::string key;
};

/// A throw-away authority, known to nobody.
Certificate make_authority();

/// A certificate for a server of this name (a DNS name, or an IPv4 address), valid now, or until a
/// day ago. Signed by the authority, or by itself where that is null.
Certificate make_server_certificate(const std::string& name, const Certificate* authority,
                                    bool is_expired = false);

}  // namespace llmctl::test
