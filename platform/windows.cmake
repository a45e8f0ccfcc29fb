add_library(platform STATIC
  windows/machine.cpp)
target_link_libraries(platform PUBLIC project_options PRIVATE fmt_library bcrypt crypt32 ws2_32)
