#include "tests/support/certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>

namespace llmctl::test {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&::EVP_PKEY_free)>;
using X509Pointer = std::unique_ptr<X509, decltype(&::X509_free)>;
using Bio = std::unique_ptr<BIO, decltype(&::BIO_free)>;

constexpr long day = 24L * 60 * 60;

void require(bool is_fine, const char* what) {
  if (!is_fine) throw std::runtime_error(std::string("cannot ") + what);
}

Bio reading(const std::string& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free};
}

std::string text_of(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

Certificate to_pem(const X509Pointer& certificate, const Key& key) {
  const Bio first(BIO_new(BIO_s_mem()), &BIO_free);
  const Bio second(BIO_new(BIO_s_mem()), &BIO_free);
  require(PEM_write_bio_X509(first.get(), certificate.get()) == 1, "write a certificate");
  require(
      PEM_write_bio_PrivateKey(second.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1,
      "write a key");
  return {text_of(first), text_of(second)};
}

void extend(X509* certificate, int what, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, what, value.c_str());
  require(extension != nullptr, "make an extension");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

struct Subject {
  std::string name;
  long valid_from = -30 * day;  ///< seconds from now
  long valid_until = 30 * day;
};

X509Pointer make_unsigned(const Subject& subject, EVP_PKEY* key) {
  static long serial = 1;
  X509Pointer certificate(X509_new(), &X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), subject.valid_from);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), subject.valid_until);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(subject.name.c_str()), -1, -1,
                             0);
  return certificate;
}

void sign(X509* certificate, const X509_NAME* issuer, EVP_PKEY* key) {
  X509_set_issuer_name(certificate, issuer);
  require(X509_sign(certificate, key, EVP_sha256()) > 0, "sign a certificate");
}

bool is_ipv4(const std::string& name) {
  return name.find_first_not_of("0123456789.") == std::string::npos;
}

}  // namespace

Certificate make_authority() {
  const Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const auto certificate = make_unsigned({"llmctl's test authority"}, key.get());
  extend(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  extend(certificate.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  sign(certificate.get(), X509_get_subject_name(certificate.get()), key.get());
  return to_pem(certificate, key);
}

Certificate make_server_certificate(const std::string& name, const Certificate* authority,
                                    bool is_expired) {
  const Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const auto certificate = make_unsigned({name, -30 * day, is_expired ? -day : day}, key.get());
  extend(certificate.get(), NID_subject_alt_name, (is_ipv4(name) ? "IP:" : "DNS:") + name);
  if (authority == nullptr) {
    sign(certificate.get(), X509_get_subject_name(certificate.get()), key.get());
    return to_pem(certificate, key);
  }
  const X509Pointer issuer(
      PEM_read_bio_X509(reading(authority->certificate).get(), nullptr, nullptr, nullptr),
      &X509_free);
  const Key issuer_key(
      PEM_read_bio_PrivateKey(reading(authority->key).get(), nullptr, nullptr, nullptr),
      &EVP_PKEY_free);
  require(issuer != nullptr && issuer_key != nullptr, "read the authority");
  sign(certificate.get(), X509_get_subject_name(issuer.get()), issuer_key.get());
  return to_pem(certificate, key);
}

}  // namespace llmctl::test
