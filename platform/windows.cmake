add_library(platform STATIC
  windows/os_error.cpp
  windows/registry.cpp
  windows/wide.cpp)
target_link_libraries(platform PUBLIC project_options PRIVATE fmt_library advapi32 bcrypt crypt32 ole32 shell32 ws2_32)
