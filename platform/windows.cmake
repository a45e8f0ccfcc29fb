# The hypervisor tells its name through an instruction that only x86 has.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|i[3-6]86)$")
  set(HYPERVISOR_SOURCE windows/hypervisor_x86.cpp)
else()
  set(HYPERVISOR_SOURCE windows/hypervisor_none.cpp)
endif()

add_library(platform STATIC
  ${HYPERVISOR_SOURCE}
  windows/access_list.cpp
  windows/command_line.cpp
  windows/durable_write.cpp
  windows/file_lock.cpp
  windows/file_stamps.cpp
  windows/hash.cpp
  windows/link_local_http.cpp
  windows/machine.cpp
  windows/os_error.cpp
  windows/own_folder.cpp
  windows/paths.cpp
  windows/process_run.cpp
  windows/process_runner.cpp
  windows/process_start.cpp
  windows/program_start.cpp
  windows/proxy_setting.cpp
  windows/read_file.cpp
  windows/registry.cpp
  windows/root_paths.cpp
  windows/secret_file.cpp
  windows/smbios.cpp
  windows/system_proxy.cpp
  windows/terminal.cpp
  windows/wide.cpp)
target_link_libraries(platform PUBLIC project_options PRIVATE fmt_library advapi32 bcrypt crypt32 ole32 shell32 winhttp ws2_32)

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
