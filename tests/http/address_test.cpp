#include "http/address.h"

#include <netinet/in.h>
#include <sys/un.h>

#include <catch2/catch.hpp>
#include <string_view>

namespace llmctl::http {
namespace {

enum class Allowed { never, by_permission, on_the_internet, always };

TEST_CASE("which addresses may be connected to") {
  struct Case {
    std::string_view address;
    Allowed allowed;
  };
  const Case cases[] = {
      // This machine.
      {"127.0.0.1", Allowed::always},
      {"127.8.9.10", Allowed::always},
      {"::1", Allowed::always},
      {"::ffff:127.0.0.1", Allowed::always},
      // Link-local, and where clouds hand out credentials.
      {"169.254.169.254", Allowed::never},
      {"169.254.0.0", Allowed::never},
      {"169.254.255.255", Allowed::never},
      {"169.254.170.2", Allowed::never},
      {"::ffff:169.254.169.254", Allowed::never},
      {"::169.254.169.254", Allowed::never},
      {"64:ff9b::169.254.169.254", Allowed::never},
      {"2002:a9fe:a9fe::1", Allowed::never},
      {"fe80::1", Allowed::never},
      {"febf:ffff::1", Allowed::never},
      {"fd00:ec2::254", Allowed::never},
      {"fd20:ce::254", Allowed::never},
      {"100.100.100.200", Allowed::never},
      {"::ffff:100.100.100.200", Allowed::never},
      {"168.63.129.16", Allowed::never},
      {"192.0.0.192", Allowed::never},
      // Nobody, and everybody.
      {"0.0.0.0", Allowed::never},
      {"0.1.2.3", Allowed::never},
      {"::", Allowed::never},
      {"::ffff:0.0.0.0", Allowed::never},
      {"224.0.0.1", Allowed::never},
      {"239.255.255.255", Allowed::never},
      {"ff02::1", Allowed::never},
      {"255.255.255.255", Allowed::never},
      {"240.0.0.1", Allowed::never},
      // Private networks, to their edges.
      {"10.0.0.0", Allowed::by_permission},
      {"10.255.255.255", Allowed::by_permission},
      {"172.16.0.1", Allowed::by_permission},
      {"172.31.255.255", Allowed::by_permission},
      {"192.168.1.1", Allowed::by_permission},
      {"100.64.0.1", Allowed::by_permission},
      {"100.127.255.255", Allowed::by_permission},
      {"192.0.0.8", Allowed::by_permission},
      {"198.18.0.1", Allowed::by_permission},
      {"fc00::1", Allowed::by_permission},
      {"fd12:3456::1", Allowed::by_permission},
      {"fec0::1", Allowed::by_permission},
      {"::ffff:10.1.2.3", Allowed::by_permission},
      {"64:ff9b::10.1.2.3", Allowed::by_permission},
      {"64:ff9b:1::1", Allowed::by_permission},
      {"2002:c0a8:101::1", Allowed::by_permission},
      {"2001:0:1:2::3", Allowed::by_permission},
      // And just beyond those.
      {"9.255.255.255", Allowed::on_the_internet},
      {"11.0.0.0", Allowed::on_the_internet},
      {"172.15.255.255", Allowed::on_the_internet},
      {"172.32.0.0", Allowed::on_the_internet},
      {"192.167.255.255", Allowed::on_the_internet},
      {"192.169.0.0", Allowed::on_the_internet},
      {"100.63.255.255", Allowed::on_the_internet},
      {"100.128.0.0", Allowed::on_the_internet},
      {"169.253.255.255", Allowed::on_the_internet},
      {"169.255.0.0", Allowed::on_the_internet},
      {"126.255.255.255", Allowed::on_the_internet},
      {"128.0.0.0", Allowed::on_the_internet},
      {"223.255.255.255", Allowed::on_the_internet},
      {"8.8.8.8", Allowed::on_the_internet},
      {"2606:4700::1111", Allowed::on_the_internet},
      {"::ffff:8.8.8.8", Allowed::on_the_internet},
      {"64:ff9b::8.8.8.8", Allowed::on_the_internet},
      {"2002:808:808::1", Allowed::on_the_internet},
  };
  for (const Case& c : cases) {
    CAPTURE(c.address);
    const auto address = parse_address(c.address);
    REQUIRE(address);
    CHECK(why_refused(*address, Reach::loopback).has_value() == (c.allowed < Allowed::always));
    CHECK(why_refused(*address, Reach::internet).has_value() ==
          (c.allowed < Allowed::on_the_internet));
    CHECK(why_refused(*address, Reach::anywhere).has_value() ==
          (c.allowed < Allowed::by_permission));
  }
}

TEST_CASE("a refused address says why") {
  const auto why = [](std::string_view address) {
    return why_refused(*parse_address(address), Reach::internet);
  };
  CHECK(why("169.254.169.254") == "a link-local address");
  CHECK(why("fd00:ec2::254") == "the address of a cloud's metadata service");
  CHECK(why("10.1.2.3") == "a private address");
  CHECK(why_refused(*parse_address("8.8.8.8"), Reach::loopback) == "no loopback address");
}

TEST_CASE("an IPv4 address is four decimal numbers and nothing else") {
  CHECK(parse_address("1.2.3.4"));
  CHECK(parse_address("::1"));
  for (const std::string_view text :
       {"", "1.2.3", "1.2.3.4.5", "0x7f.0.0.1", "0177.0.0.1", "2130706433", "1.2.3.256", " 1.2.3.4",
        "1.2.3.4 ", "fe80::1%eth0", "[::1]", "localhost"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_address(text));
  }
}

TEST_CASE("a range of addresses has a length, and another family's holds none of them") {
  const auto address = *parse_address("10.1.2.3");
  CHECK(lies_in(address, "10.1.2.3"));
  CHECK(lies_in(address, "10.0.0.0/8"));
  CHECK(lies_in(address, "10.1.2.2/31"));
  CHECK(lies_in(address, "0.0.0.0/0"));
  CHECK_FALSE(lies_in(address, "10.1.2.4/31"));
  CHECK_FALSE(lies_in(address, "11.0.0.0/8"));
  CHECK_FALSE(lies_in(*parse_address("2001:db8::1"), "0.0.0.0/0"));
  for (const std::string_view no_range :
       {"", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/x", "example.com"})
    CHECK_FALSE(lies_in(address, no_range));
}

TEST_CASE("the address of a socket is read in either family, and of no other") {
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_addr.s_addr = htonl(0x0a010203);
  CHECK(address_of(reinterpret_cast<const sockaddr&>(four)) == parse_address("10.1.2.3"));
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_addr = in6addr_loopback;
  CHECK(address_of(reinterpret_cast<const sockaddr&>(six)) == parse_address("::1"));
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  CHECK_FALSE(address_of(reinterpret_cast<const sockaddr&>(local)));
}

}  // namespace
}  // namespace llmctl::http
