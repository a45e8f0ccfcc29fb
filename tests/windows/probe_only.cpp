#include "collectors/windows_update/windows_update_probe.h"
int main(int argc, char** argv) {
  const std::vector<std::string> a(argv + 1, argv + argc);
  return patchstate::windows_update::run_windows_update_probe(std::span(a).subspan(a.empty() || a[0][0] == '-' ? 0 : 1), stdout);
}
