add_library(platform STATIC
  windows/os_error.cpp
  windows/registry.cpp
  windows/wide.cpp)
target_link_libraries(platform PUBLIC project_options PRIVATE fmt_library advapi32 bcrypt crypt32 ole32 shell32 ws2_32)

# What stays: the service, and what it waits for.
include(${PROJECT_SOURCE_DIR}/cmake/windows_messages.cmake)
target_sources(platform PRIVATE
  windows/clocks.cpp
  windows/file_watch.cpp
  windows/journal.cpp
  windows/loop_requests.cpp
  windows/registry_watch.cpp
  windows/resident_loop.cpp
  windows/service_control.cpp
  windows/service_folder.cpp
  windows/service_handle.cpp
  windows/service_install.cpp
  windows/service_manager.cpp)
target_include_directories(platform PRIVATE ${EVENT_MESSAGES_FOLDER})
add_dependencies(platform event_messages)
