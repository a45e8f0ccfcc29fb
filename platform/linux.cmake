find_library(NETTLE_ARCHIVE libnettle.a REQUIRED)
find_path(NETTLE_INCLUDE_DIR nettle/sha2.h REQUIRED)

# The hypervisor tells its name through an instruction that only x86 has.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|i[3-6]86)$")
  set(HYPERVISOR_SOURCE linux/hypervisor_x86.cpp)
else()
  set(HYPERVISOR_SOURCE linux/hypervisor_none.cpp)
endif()

# Only glibc's heap can be told what to keep.
include(CheckCXXSymbolExists)
check_cxx_symbol_exists(malloc_trim malloc.h HAS_MALLOC_TRIM)
if(HAS_MALLOC_TRIM)
  set(HEAP_SOURCE linux/heap_glibc.cpp)
else()
  set(HEAP_SOURCE linux/heap_musl.cpp)
endif()

add_library(platform STATIC
  linux/clocks.cpp
  linux/deleted_files.cpp
  linux/durable_write.cpp
  linux/file_lock.cpp
  linux/file_stamps.cpp
  linux/file_watch.cpp
  linux/hash.cpp
  ${HEAP_SOURCE}
  ${HYPERVISOR_SOURCE}
  linux/journal.cpp
  linux/link_local_http.cpp
  linux/machine.cpp
  linux/machine_id.cpp
  linux/own_folder.cpp
  linux/paths.cpp
  linux/process_run.cpp
  linux/process_runner.cpp
  linux/process_start.cpp
  linux/process_watcher.cpp
  linux/program_start.cpp
  linux/read_file.cpp
  linux/resident_loop.cpp
  linux/root_paths.cpp
  linux/secret_file.cpp
  linux/service_manager.cpp
  linux/small_file.cpp
  linux/system_proxy.cpp
  linux/terminal.cpp
  linux/unix_datagram.cpp
  linux/virtualization.cpp)
target_include_directories(platform PRIVATE ${NETTLE_INCLUDE_DIR})
target_link_libraries(platform PUBLIC project_options PRIVATE fmt_library ${NETTLE_ARCHIVE})
# A program's own is not to stand in for the shared one that libgnutls calls.
if(NOT PATCHSTATE_PORTABLE) # where there is none, and Zig's linker does not know the option
  target_link_options(platform INTERFACE -Wl,--exclude-libs,libnettle.a)
endif()
