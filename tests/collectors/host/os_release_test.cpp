// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/os_release.h"

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "platform/files.h"

using namespace patchstate;

namespace {

std::filesystem::path corpus() {
  const char* set = std::getenv("PATCHSTATE_CORPUS");
  return set != nullptr ? std::filesystem::path(set)
                        : std::filesystem::path(PATCHSTATE_SOURCE_DIR).parent_path() / "shared" / "corpus";
}

std::string text_of(const nlohmann::json& value) {
  return value.is_string() ? value.get<std::string>() : "";
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string family(PackageTools tools) {
  switch (tools) {
    case PackageTools::apt:
      return "apt";
    case PackageTools::dnf:
      return "yum/dnf";
    case PackageTools::tdnf:
      return "tdnf";
    case PackageTools::zypper:
      return "zypper";
    case PackageTools::unknown:
      break;
  }
  return "";
}

}  // namespace

TEST_CASE("real os-release files of many distributions are read as an independent reader does") {
  int cases = 0;
  if (std::filesystem::is_directory(corpus())) {
    for (const auto& folder : std::filesystem::directory_iterator(corpus())) {
      if (!folder.path().filename().string().starts_with("osrelease-")) continue;
      const auto expected = nlohmann::json::parse(read_file(folder.path() / "expected.json"));
      for (const auto& [name, want] : expected.at("files").items()) {
        const auto& shown = name;
        CAPTURE(shown);
        std::vector<std::string> not_understood;
        const auto values = parse_os_release(read_file(folder.path() / name), &not_understood);
        const auto os = operating_system(values);
        const auto value = [&](const char* key) { return values.contains(key) ? values.at(key) : ""; };
        CHECK(os.id == text_of(want.at("ID")));
        CHECK(joined(os.id_like) == text_of(want.at("ID_LIKE")));
        CHECK(os.version_id == text_of(want.at("VERSION_ID")));
        CHECK(os.codename == text_of(want.at("VERSION_CODENAME")));
        CHECK(os.name == text_of(want.at("PRETTY_NAME")));
        CHECK(value("NAME") == text_of(want.at("NAME")));
        CHECK(values.contains("VERSION_ID") == want.at("VERSION_ID").is_string());
        CHECK(family(package_tools(os)) == text_of(want.at("package_tool_family")));
        CHECK(not_understood.empty());
        ++cases;
      }
    }
  }
  if (cases == 0) MESSAGE("skipped: no os-release recordings in ", corpus().string(), "; set PATCHSTATE_CORPUS");
}

TEST_CASE("values are quoted as in a shell, and nothing is expanded") {
  struct {
    std::string line;
    const char* value;
  } const cases[] = {{"K=debian", "debian"},
                     {"K=\"Debian GNU/Linux 12 (bookworm)\"", "Debian GNU/Linux 12 (bookworm)"},
                     {"K='12'", "12"},
                     {"K=", ""},
                     {"K=\"\"", ""},
                     {"  K=x  \r", "x"},
                     {"K=\"x\"\t# remark", "x"},
                     {"K=openSUSE\\ Leap", "openSUSE Leap"},
                     {"K=\"a \\\"b\\\" \\$HOME \\`id\\` \\\\ \\n\"", "a \"b\" $HOME `id` \\ \\n"},
                     {"K='a\\b'", "a\\b"},
                     {"K=\"it's\"", "it's"},
                     {"K=a\"b c\"'d e'f", "ab cd ef"},
                     {"K=x#y", "x#y"},
                     {"K=a=b", "a=b"},
                     {"K=$(id)", "$(id)"},
                     {"K=x\\", "x\\"},
                     {"\xEF\xBB\xBFK=bom", "bom"},
                     {"K=one\nK=two", "two"}};
  for (const auto& [line, value] : cases) {
    const auto& shown = line;
    CAPTURE(shown);
    std::vector<std::string> not_understood;
    const auto values = parse_os_release(line, &not_understood);
    CHECK(values == std::map<std::string, std::string>{{"K", value}});
    CHECK(not_understood.empty());
  }
}

TEST_CASE("every line is a value, a comment, blank, or told as not understood") {
  const std::string lines[] = {"ID",         "=debian", "ID debian",  "1D=x",          "I D=x",     "ID=\"debian",
                               "ID='debian", "ID=a b",  "ID=\"a\" b", "\xff\xfe\x00I", "[section]", "I.D=x"};
  for (const auto& line : lines) {
    CAPTURE(line);
    std::vector<std::string> not_understood;
    CHECK(parse_os_release("# comment\n\n" + line + "\nA=b\n", &not_understood) ==
          std::map<std::string, std::string>{{"A", "b"}});
    CHECK(not_understood == std::vector<std::string>{line});
  }
  CHECK(parse_os_release("").empty());
  CHECK(parse_os_release("\n\n#\n").empty());
}

TEST_CASE("edge-71: a rolling release has no version") {
  const auto os =
      operating_system(parse_os_release("PRETTY_NAME=\"Debian GNU/Linux forky/sid\"\nID=debian\n"
                                        "VERSION_CODENAME=forky\n"));
  CHECK(os.version_id.empty());
  CHECK(os.codename == "forky");
  CHECK(package_tools(os) == PackageTools::apt);
}

TEST_CASE("a system without a pretty name has its plain one, and relatives stand apart") {
  const auto os = operating_system(parse_os_release("NAME=Thing\nID=thing\nID_LIKE=\"  rhel\tcentos  fedora \"\n"));
  CHECK(os.name == "Thing");
  CHECK(os.id_like == std::vector<std::string>{"rhel", "centos", "fedora"});
  CHECK(package_tools(os) == PackageTools::dnf);
}

TEST_CASE("edge-91: an unknown system has unknown tools, and its own name is worth more than its relatives") {
  const auto tools = [](const char* text) { return package_tools(operating_system(parse_os_release(text))); };
  CHECK(tools("ID=plan9\n") == PackageTools::unknown);
  CHECK(tools("") == PackageTools::unknown);
  CHECK(tools("ID=azurelinux\nID_LIKE=fedora\n") == PackageTools::tdnf);
  CHECK(tools("ID=newdistro\nID_LIKE=\"unheard ubuntu debian\"\n") == PackageTools::apt);
}

TEST_CASE("edge-112: text that is not valid becomes valid, and is not longer than a name may be") {
  const auto os =
      operating_system(parse_os_release("ID=\xff\x1b[31m\nPRETTY_NAME=\"" + std::string(10'000, 'x') + "\"\n"));
  CHECK(os.id.find('\xff') == std::string::npos);
  CHECK(os.id.find('\x1b') == std::string::npos);
  CHECK(os.name.size() == 256);
}

TEST_CASE(
    "edges 71 and 72: a system's security updates are its own release's, or those of the release it is built on") {
  const auto base = [](const char* text) {
    const BaseRelease one = base_release(parse_os_release(text));
    return one.distribution + " " + one.codename + " " + one.version + (one.rolling ? " rolling" : "");
  };
  CHECK(base("ID=debian\nVERSION_ID=13\nVERSION_CODENAME=trixie\n") == "debian trixie 13");
  CHECK(base("ID=debian\nVERSION_CODENAME=forky\n") == "debian forky  rolling");
  CHECK(base("ID=debian\nVERSION_ID=8\n") == "debian  8");
  CHECK(base("ID=ubuntu\nVERSION_ID=24.04\nUBUNTU_CODENAME=noble\n") == "ubuntu noble 24.04");
  CHECK(base("ID=linuxmint\nVERSION_ID=22\nVERSION_CODENAME=wilma\nUBUNTU_CODENAME=noble\n") == "ubuntu noble ");
  CHECK(base("ID=pop\nVERSION_CODENAME=jammy\nUBUNTU_CODENAME=jammy\n") == "ubuntu jammy ");
  CHECK(base("ID=linuxmint\nVERSION_ID=6\nDEBIAN_CODENAME=bookworm\n") == "debian bookworm ");
  CHECK(base("ID=rhino\nUBUNTU_CODENAME=devel\n") == "ubuntu devel  rolling");
  CHECK(base("ID=devuan\nVERSION_ID=5\nVERSION_CODENAME=daedalus\n") == "devuan daedalus 5");
  CHECK(base("ID=devuan\nVERSION_ID=6\nVERSION_CODENAME=\"excalibur ceres\"\n") == "devuan excalibur ceres 6 rolling");
  for (const char* const other : {"ID=kali\nVERSION_ID=2026.3\nVERSION_CODENAME=kali-rolling\n",
                                  "ID=raspbian\nVERSION_ID=12\nVERSION_CODENAME=bookworm\n", "ID=fedora\n", ""})
    CHECK(base_release(parse_os_release(other)).distribution.empty());
}
