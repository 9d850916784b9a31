#include "http/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace llmctl::http {
namespace {

enum class Use { never, loopback, private_network };

struct Network {
  std::string_view range;
  Use use;
  std::string_view what;
};

/// The first that holds an address decides. IANA's registries of special-purpose addresses (RFC
/// 6890), and where clouds hand out credentials.
constexpr Network networks[] = {
    {"100.100.100.200", Use::never, "the address of a cloud's metadata service"},
    {"168.63.129.16", Use::never, "the address of a cloud's metadata service"},
    {"192.0.0.192", Use::never, "the address of a cloud's metadata service"},
    {"fd00:ec2::/64", Use::never, "the address of a cloud's metadata service"},
    {"fd20:ce::/64", Use::never, "the address of a cloud's metadata service"},
    {"169.254.0.0/16", Use::never, "a link-local address"},
    {"fe80::/10", Use::never, "a link-local address"},
    {"0.0.0.0/8", Use::never, "an unspecified address"},
    {"::", Use::never, "an unspecified address"},
    {"224.0.0.0/4", Use::never, "a multicast address"},
    {"ff00::/8", Use::never, "a multicast address"},
    {"240.0.0.0/4", Use::never, "a reserved address"},
    {"127.0.0.0/8", Use::loopback, "a loopback address"},
    {"::1", Use::loopback, "a loopback address"},
    {"10.0.0.0/8", Use::private_network, "a private address"},
    {"172.16.0.0/12", Use::private_network, "a private address"},
    {"192.168.0.0/16", Use::private_network, "a private address"},
    {"100.64.0.0/10", Use::private_network, "a private address"},
    {"192.0.0.0/24", Use::private_network, "a private address"},
    {"198.18.0.0/15", Use::private_network, "a private address"},
    {"64:ff9b:1::/48", Use::private_network, "a private address"},
    {"2001::/32", Use::private_network, "a tunnelled address"},
    {"fc00::/7", Use::private_network, "a private address"},
    {"fec0::/10", Use::private_network, "a private address"},
};

Address map_ipv4(const std::uint8_t* bytes) {
  Address address{};
  address[10] = address[11] = 0xff;
  std::copy_n(bytes, 4, address.begin() + 12);
  return address;
}

/// The IPv4 address that a gateway takes out of this one, or the address itself.
Address unwrap(const Address& address) {
  if (lies_in(address, "2002::/16")) return map_ipv4(address.data() + 2);      // 6to4
  if (lies_in(address, "64:ff9b::/96")) return map_ipv4(address.data() + 12);  // NAT64
  const bool is_compatible = lies_in(address, "::/96") && !lies_in(address, "::/127");
  if (is_compatible) return map_ipv4(address.data() + 12);
  return address;
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  const std::string terminated(text);
  in_addr four{};
  if (::inet_pton(AF_INET, terminated.c_str(), &four) == 1)
    return map_ipv4(reinterpret_cast<const std::uint8_t*>(&four));
  Address address{};
  if (::inet_pton(AF_INET6, terminated.c_str(), address.data()) == 1) return address;
  return std::nullopt;
}

std::optional<Address> address_of(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    const auto& four = reinterpret_cast<const sockaddr_in&>(address);
    return map_ipv4(reinterpret_cast<const std::uint8_t*>(&four.sin_addr));
  }
  if (address.sa_family != AF_INET6) return std::nullopt;
  const auto& six = reinterpret_cast<const sockaddr_in6&>(address);
  Address result{};
  std::copy_n(six.sin6_addr.s6_addr, result.size(), result.begin());
  return result;
}

bool lies_in(const Address& address, std::string_view network) {
  const auto slash = network.find('/');
  const auto base = parse_address(network.substr(0, slash));
  if (!base) return false;
  const bool is_ipv4 = network.find(':') == std::string_view::npos;
  unsigned bits = is_ipv4 ? 32 : 128;
  if (slash != std::string_view::npos) {
    const std::string_view text = network.substr(slash + 1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
    if (error != std::errc{} || end != text.data() + text.size()) return false;
    if (bits > (is_ipv4 ? 32U : 128U)) return false;
  }
  if (is_ipv4) bits += 96;
  for (unsigned bit = 0; bit < bits; bit += 8) {
    const auto mask =
        static_cast<std::uint8_t>(bits - bit >= 8 ? 0xff : 0xff << (8 - (bits - bit)));
    if (((address[bit / 8] ^ (*base)[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

bool is_loopback(const Address& address) {
  return lies_in(address, "127.0.0.0/8") || lies_in(address, "::1");
}

std::optional<std::string_view> why_refused(const Address& address, Reach reach) {
  const Address inner = unwrap(address);
  const auto* network =
      std::ranges::find_if(networks, [&](const Network& n) { return lies_in(inner, n.range); });
  const bool is_special = network != std::end(networks);
  if (is_special && network->use == Use::never) return network->what;
  if (is_special && network->use == Use::loopback) return std::nullopt;
  if (reach == Reach::loopback) return "no loopback address";
  if (is_special && reach != Reach::anywhere) return network->what;
  return std::nullopt;
}

}  // namespace llmctl::http
