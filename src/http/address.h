#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

struct sockaddr;

/// Which machines may be connected to. URLs of providers stand in the database, and whoever can
/// edit a row must not reach what only this machine can reach.
namespace llmctl::http {

/// In network order; IPv4 as ::ffff:a.b.c.d.
using Address = std::array<std::uint8_t, 16>;

/// "127.0.0.1" (four decimal numbers, nothing else) or "::1".
std::optional<Address> parse_address(std::string_view text);
/// Nothing for what is no internet address.
std::optional<Address> address_of(const sockaddr& address);

/// `network` is an address, or a range such as "10.0.0.0/8"; what is neither holds no address.
bool lies_in(const Address& address, std::string_view network);
bool is_loopback(const Address& address);

enum class Reach {
  loopback,  ///< this machine alone
  internet,  ///< and whatever is public
  anywhere,  ///< and private networks
};

/// Why nothing is sent to this address ("a link-local address"), or nothing when it may be. An IPv4
/// address inside of an IPv6 one counts as itself. Link-local addresses, the metadata services of
/// clouds, multicast and unspecified addresses are out of every reach.
std::optional<std::string_view> why_refused(const Address& address, Reach reach);

}  // namespace llmctl::http
