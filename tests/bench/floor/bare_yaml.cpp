// The floor of reading a seed file: yaml-cpp alone finds everything in it, and nobody listens.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/parser.h>

#include <exception>
#include <fstream>
#include <iostream>

namespace {

class Nobody final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

}  // namespace

int main(int argc, char** argv) try {
  std::ifstream file(argc == 2 ? argv[1] : "");
  if (!file) throw std::runtime_error("usage: llmctl_bare_yaml FILE");
  YAML::Parser parser(file);
  Nobody nobody;
  while (parser.HandleNextDocument(nobody)) {
  }
} catch (const std::exception& error) {
  std::cerr << "llmctl_bare_yaml: " << error.what() << '\n';
  return 1;
}
