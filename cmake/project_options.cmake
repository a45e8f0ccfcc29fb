# One interface target carries every flag, so that a folder's CMakeLists.txt names sources and links, nothing else.
add_library(project_options INTERFACE)
target_compile_features(project_options INTERFACE cxx_std_20)
target_include_directories(project_options INTERFACE ${PROJECT_SOURCE_DIR})
if(MSVC)
  target_compile_options(project_options INTERFACE /W4 /permissive- /utf-8 /Zc:__cplusplus /EHsc)
else()
  target_compile_options(project_options INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast)
endif()

if(WIN32)
  # Windows 10 and Server 2016, names in UTF-16, and no macros called min and max.
  target_compile_definitions(project_options INTERFACE
    _WIN32_WINNT=0x0A00 WINVER=0x0A00 UNICODE _UNICODE NOMINMAX WIN32_LEAN_AND_MEAN)
endif()

# GCC 12 sees overlapping copies inside std::string's own operator+ (GCC bug 105651, mended in 13).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(project_options INTERFACE -Wno-restrict)
endif()

if(PATCHSTATE_SANITIZE)
  # Without the vptr check: it makes a pipe to see whether memory can be read, and a test takes every descriptor away.
  target_compile_options(project_options INTERFACE
    -fsanitize=${PATCHSTATE_SANITIZE} -fno-sanitize=vptr -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(project_options INTERFACE -fsanitize=${PATCHSTATE_SANITIZE})
endif()

if(PATCHSTATE_HARDENED AND MSVC)
  target_compile_options(project_options INTERFACE /guard:cf /Qspectre)
  target_link_options(project_options INTERFACE /guard:cf /CETCOMPAT)
elseif(PATCHSTATE_HARDENED AND WIN32)
  # Addresses, stacks and sections are the toolchain file's; -s, because nobody strips what is built for Windows later.
  target_compile_options(project_options INTERFACE -D_FORTIFY_SOURCE=2 -fstack-protector-strong)
  target_link_options(project_options INTERFACE -s)
elseif(PATCHSTATE_HARDENED)
  target_compile_options(project_options INTERFACE -D_FORTIFY_SOURCE=2 -fstack-protector-strong)
  # What each processor, and each compiler for it, has; clang only warns of the others.
  include(CheckCXXCompilerFlag)
  set(CMAKE_REQUIRED_FLAGS -Werror)
  foreach(flag IN ITEMS -fstack-clash-protection -fcf-protection -mbranch-protection=standard)
    string(MAKE_C_IDENTIFIER "HAS${flag}" has_flag)
    check_cxx_compiler_flag(${flag} ${has_flag})
    if(${has_flag})
      target_compile_options(project_options INTERFACE ${flag})
    endif()
  endforeach()
  unset(CMAKE_REQUIRED_FLAGS)
  target_compile_options(project_options INTERFACE -fPIE)
  target_link_options(project_options INTERFACE
    $<IF:$<BOOL:$<TARGET_PROPERTY:WITHOUT_SHARED_OBJECTS>>,-static-pie,-pie> -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed -Wl,--gc-sections)
  target_compile_options(project_options INTERFACE -ffunction-sections -fdata-sections)
endif()

# What is shipped carries its own fmt. The instrumented tree takes Debian's shared one: compiled anew in each of 80 files it
# takes as long as all else together.
find_package(fmt REQUIRED)
add_library(fmt_library INTERFACE)
if(PATCHSTATE_SANITIZE)
  target_link_libraries(fmt_library INTERFACE fmt::fmt)
else()
  target_link_libraries(fmt_library INTERFACE fmt::fmt-header-only)
endif()
