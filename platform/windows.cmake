add_library(platform STATIC
  windows/access_list.cpp
  windows/durable_write.cpp
  windows/file_lock.cpp
  windows/file_stamps.cpp
  windows/hash.cpp
  windows/os_error.cpp
  windows/own_folder.cpp
  windows/paths.cpp
  windows/read_file.cpp
  windows/registry.cpp
  windows/root_paths.cpp
  windows/secret_file.cpp
  windows/terminal.cpp
  windows/wide.cpp)
target_link_libraries(platform PUBLIC project_options PRIVATE fmt_library advapi32 bcrypt crypt32 ole32 shell32 ws2_32)
