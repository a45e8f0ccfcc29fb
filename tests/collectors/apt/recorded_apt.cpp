// SPDX-License-Identifier: Apache-2.0
#include "tests/collectors/apt/recorded_apt.h"

#include "collectors/apt/apt_hook_output.h"

namespace patchstate::apt::test {
namespace {

using patchstate::test::ReplayRunner;

const std::string kMain = "http://deb.example.org/debian trixie/main amd64 Packages";
const std::string kMainI386 = "http://deb.example.org/debian trixie/main i386 Packages";
const std::string kSecurity = "http://deb.example.org/debian-security trixie-security/main amd64 Packages";
const std::string kSecurityI386 = "http://deb.example.org/debian-security trixie-security/main i386 Packages";

std::string dpkg_row(const std::string& name, const std::string& arch, const std::string& want = "install") {
  return name + "\t1\t" + arch + "\t" + name + "-src\t1\t" + want + "\tok\tinstalled\t.\n";
}

std::string target(const std::string& root, const std::string& repository, const std::string& suite,
                   const std::string& arch, const std::string& release) {
  const std::string base = root + "/var/lib/apt/lists/deb.example.org_" + repository + "_dists_" + suite + "_";
  return "Packages\thttp://deb.example.org/" + repository + "/\t" + suite + "\tmain\t" + arch + "\tmain/binary-" +
         arch + "/Packages\thttp://deb.example.org/" + repository + " " + suite + "/main " + arch + " Packages\t" +
         base + "main_binary-" + arch + "_Packages\t" + release + "\t$(END)\n";
}

std::string targets(const std::string& root, const std::string& main, const std::string& security) {
  std::string text;
  for (const std::string arch : {"amd64", "i386"})
    text += target(root, "debian", "trixie", arch, main) +
            target(root, "debian-security", "trixie-security", arch, security);
  return text;
}

std::string policy(const std::string& name, const std::string& candidate, const std::string& newer) {
  return name + ":\n  Installed: 1\n  Candidate: " + candidate + "\n  Version table:\n" + newer +
         " *** 1 100\n        100 /var/lib/dpkg/status\n";
}

std::string version(const std::string& version_and_priority, const std::string& source) {
  return "     " + version_and_priority + "\n        500 " + source + "\n";
}

std::string policies() {
  return policy("bash", "2", version("2 500", kMain)) + policy("dpkg", "1", "") + policy("fine", "1", "") +
         policy("held", "2", version("2 500", kMain)) + policy("kept", "2", version("2 500", kMain)) +
         policy("libc6", "3", version("3 500", kMain) + version("2 500", kSecurity)) +
         policy("libc6:i386", "3", version("3 500", kMainI386) + version("2 500", kSecurityI386)) +
         policy("linux-image-6.1.0-1-amd64", "1", "") + policy("linux-image-amd64", "2", version("2 500", kSecurity)) +
         policy("phased", "2", version("2 500 (phased 20%)", kMain)) +
         policy("pinned", "1", version("2 -10", kSecurity));
}

std::string change(const std::string& name, const std::string& arch, const std::string& mode,
                   const std::string& current, const std::string& install) {
  const std::string installed = current.empty() ? "" : R"(,"current":{"version":")" + current + "\"}";
  return R"({"name":")" + name + R"(","architecture":")" + arch + R"(","mode":")" + mode +
         R"(","versions":{"install":{"version":")" + install + R"(","architecture":")" + arch + "\"}" + installed +
         "}}";
}

std::string plan(const std::string& changes) {
  return "\n" + std::string(kHookMark) +
         R"({"method":"org.debian.apt.hooks.install.pre-prompt","params":{"packages":[)" + changes + "]}}\n";
}

const std::string kTaken = change("bash", "amd64", "upgrade", "1", "2") + "," +
                           change("libc6", "amd64", "upgrade", "1", "3") + "," +
                           change("libc6", "i386", "upgrade", "1", "3");
const std::string kWithKernel = kTaken + "," + change("linux-image-amd64", "amd64", "upgrade", "1", "2") + "," +
                                change("linux-image-6.1.0-2-amd64", "amd64", "install", "", "2");

std::string dist_upgrade_lists(const std::string& more_upgraded, const std::string& kept_back,
                               const std::string& totals) {
  return "The following NEW packages will be installed:\n  linux-image-6.1.0-2-amd64\n"
         "The following packages have been kept back:\n  " +
         kept_back + "\nThe following packages will be upgraded:\n  bash libc6 libc6:i386 linux-image-amd64" +
         more_upgraded + "\n" + totals + "\n";
}

constexpr const char* kSimulated = R"(Inst bash [1] (2 Debian:13/trixie [amd64])
Inst libc6 [1] (3 Debian:13/trixie [amd64]) [libc6:i386 ]
Inst libc6:i386 [1] (3 Debian:13/trixie [i386])
Inst linux-image-6.1.0-2-amd64 (2 Debian-Security:13/stable-security [amd64])
Inst linux-image-amd64 [1] (2 Debian-Security:13/stable-security [amd64])
)";

std::string record(const std::string& name, const std::string& version, const std::string& arch,
                   const std::string& depends) {
  return "Package: " + name + "\nSource: " + name + "-src\nVersion: " + version + "\nArchitecture: " + arch +
         "\nDepends: " + depends + "\nSize: 1000\n\n";
}

}  // namespace

std::vector<std::string> RecordedApt::commands() {
  return {"dpkg-list",    "dpkg-arch", "version",       "configured", "fetched", "policy",
          "dist-upgrade", "upgrade",   "policy-of-new", "phased",     "records"};
}

RecordedApt::RecordedApt() {
  root_.write("var/lib/dpkg/arch", "amd64\ni386\n");
  root_.write("var/lib/apt/lists/deb.example.org_debian_dists_trixie_InRelease", "");
  root_.write("var/lib/apt/lists/deb.example.org_debian_dists_trixie_main_binary-amd64_Packages.lz4", "");
  const std::string root = root_.path().string();
  const auto ok = [](std::string out) { return ReplayRunner::exited(0, std::move(out)); };
  std::string rows = dpkg_row("bash", "amd64") + dpkg_row("dpkg", "amd64") + dpkg_row("fine", "all") +
                     dpkg_row("held", "amd64", "hold") + dpkg_row("kept", "amd64") + dpkg_row("libc6", "amd64") +
                     dpkg_row("libc6", "i386") + dpkg_row("linux-image-6.1.0-1-amd64", "amd64") +
                     dpkg_row("linux-image-amd64", "amd64") + dpkg_row("phased", "all") + dpkg_row("pinned", "amd64");
  answers["dpkg-list"] = ok(rows);
  answers["dpkg-arch"] = ok("amd64\n");
  answers["version"] = ok("apt 2.6.1 (amd64)\nSupported modules:\n");
  answers["configured"] =
      ok(targets(root, "$(SUITE)\t$(CODENAME)\t$(ORIGIN)\t$(LABEL)", "$(SUITE)\t$(CODENAME)\t$(ORIGIN)\t$(LABEL)"));
  answers["fetched"] =
      ok(targets(root, "stable\ttrixie\tDebian\tDebian", "stable-security\ttrixie-security\tDebian\tDebian-Security"));
  answers["policy"] = ok(policies());
  answers["policy-of-new"] = ok("linux-image-6.1.0-2-amd64:\n  Installed: (none)\n  Candidate: 2\n  Version table:\n" +
                                version("2 500", kSecurity));
  answers["dist-upgrade"] =
      ok(plan(kWithKernel) +
         dist_upgrade_lists("", "held kept phased", "4 upgraded, 1 newly installed, 0 to remove and 3 not upgraded."));
  answers["phased"] =
      ok(plan(kWithKernel + "," + change("phased", "amd64", "upgrade", "1", "2")) +
         dist_upgrade_lists(" phased", "held kept", "5 upgraded, 1 newly installed, 0 to remove and 2 not upgraded."));
  answers["upgrade"] = ok(plan(kTaken) +
                          "The following packages have been kept back:\n  held kept linux-image-amd64 phased\n"
                          "The following packages will be upgraded:\n  bash libc6 libc6:i386\n"
                          "3 upgraded, 0 newly installed, 0 to remove and 4 not upgraded.\n");
  answers["simulated"] =
      ok(dist_upgrade_lists("", "held kept phased", "4 upgraded, 1 newly installed, 0 to remove and 3 not upgraded.") +
         kSimulated);
  answers["records"] =
      ok(record("bash", "2", "amd64", "libc6") + record("libc6", "3", "amd64", "") + record("libc6", "3", "i386", "") +
         record("linux-image-amd64", "2", "amd64", "linux-image-6.1.0-2-amd64 (= 2)") +
         record("linux-image-6.1.0-2-amd64", "2", "amd64", "kmod") + record("phased", "2", "all", ""));
}

HostAccess RecordedApt::access() {
  runner_ = {};
  const auto add = [&](const std::string& name, std::vector<std::string> words) {
    if (const auto answer = answers.find(name); answer != answers.end()) runner_.add(std::move(words), answer->second);
  };
  add("dpkg-list", {"dpkg-query", "Status-Want"});
  add("dpkg-arch", {"dpkg-query", "${Architecture}"});
  add("version", {"apt-get", "--version"});
  add("configured", {"apt-get", "indextargets", "ReleaseInfo=false"});
  add("fetched", {"apt-get", "indextargets", "ReleaseInfo=true"});
  add("policy-of-new", {"apt-cache", "policy", "linux-image-6.1.0-2-amd64"});
  add("policy", {"apt-cache", "policy"});
  add("phased", {"apt-get", "dist-upgrade", "Always-Include-Phased-Updates", "--print-uris"});
  add("dist-upgrade", {"apt-get", "dist-upgrade", "--print-uris"});
  add("upgrade", {"apt-get", "upgrade", "--print-uris"});
  add("simulated", {"apt-get", "dist-upgrade", "--simulate"});
  add("records", {"apt-cache", "show"});
  return {runner_, root_.path(), {}, {}};
}

}  // namespace patchstate::apt::test
