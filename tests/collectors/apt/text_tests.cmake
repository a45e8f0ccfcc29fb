# The path that asks apt's commands: parsers, assembly, refresh, the corpus, and this machine's own apt.
add_executable(apt_hook_program apt_hook_program.cpp)
target_link_libraries(apt_hook_program PRIVATE collectors_apt)

find_package(nlohmann_json REQUIRED)
patchstate_test(apt_text_test
  SOURCES commands_test.cpp corpus_test.cpp dpkg_test.cpp hook_test.cpp list_test.cpp machine_test.cpp policy_test.cpp
          recorded_apt.cpp refresh_test.cpp simulation_test.cpp targets_test.cpp
  LINK collectors_apt nlohmann_json::nlohmann_json)
target_compile_definitions(apt_text_test PRIVATE APT_HOOK_PROGRAM="$<TARGET_FILE:apt_hook_program>")
add_dependencies(apt_text_test apt_hook_program)
