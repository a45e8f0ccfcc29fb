// SPDX-License-Identifier: Apache-2.0
// export_samples FOLDER: every export of every sample, as FOLDER/<sample>.<format>, for exports_test.py to judge.
#include <filesystem>
#include <fstream>
#include <iostream>

#include "assessment/assessment_json.h"
#include "assessment/exports.h"
#include "tests/assessment/samples.h"

namespace {

void write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  if (!out) std::cerr << "could not write " << file << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  using namespace patchstate;
  if (argc != 2) {
    std::cerr << "usage: export_samples FOLDER\n";
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  const Time now = test::sample_now();
  for (const auto& [name, sample] : test::all_samples()) {
    write(folder / (name + ".json"), to_json(sample));
    write(folder / (name + ".azure"), to_azure(sample));
    write(folder / (name + ".ocsf"), to_ocsf(sample));
    write(folder / (name + ".openmetrics"), to_openmetrics(sample, now));
    write(folder / (name + ".csv"), to_csv(sample));
    for (const bool strict : {false, true}) {
      const std::string kind = strict ? ".nagios_strict" : ".nagios";
      write(folder / (name + kind), to_nagios(sample, strict));
      write(folder / (name + kind + "_exit_code"), std::to_string(exit_code(sample, strict)));
    }
    for (const int width : {20, 40, 80, 120, 200})
      write(folder / (name + ".table" + std::to_string(width)), to_table(sample, {width, false, false}, now));
    write(folder / (name + ".table_color"), to_table(sample, {80, true, false}, now));
  }
  write(folder / "schema", std::string(assessment_schema()));
  return 0;
}
