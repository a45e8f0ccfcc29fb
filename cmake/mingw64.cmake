# Toolchain: Windows on x86-64 by Debian's mingw-w64. The prefix of the cross-built libraries is in WIN_DEPS (a variable of
# CMake's or of the environment): packaging/windows/dependencies.sh makes it.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(_triplet x86_64-w64-mingw32)
set(CMAKE_C_COMPILER   ${_triplet}-gcc-posix) # not -win32: std::thread needs winpthreads
set(CMAKE_CXX_COMPILER ${_triplet}-g++-posix)
set(CMAKE_RC_COMPILER  ${_triplet}-windres)
set(CMAKE_MC_COMPILER  ${_triplet}-windmc)
if(NOT WIN_DEPS AND DEFINED ENV{WIN_DEPS})
  set(WIN_DEPS "$ENV{WIN_DEPS}")
endif()
set(WIN_DEPS "${WIN_DEPS}" CACHE PATH "prefix of the cross-built libraries")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES WIN_DEPS)
set(CMAKE_FIND_ROOT_PATH "/usr/${_triplet}" "${WIN_DEPS}")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(_compile "-D_WIN32_WINNT=0x0A00 -DWINVER=0x0A00 -DUNICODE -D_UNICODE -fstack-protector-strong -ffunction-sections -fdata-sections")
set(CMAKE_C_FLAGS_INIT   "${_compile}")
set(CMAKE_CXX_FLAGS_INIT "${_compile}")
# -fstack-protector-strong on the link line too: it brings in -lssp.
set(_link "-static -fstack-protector-strong -Wl,--gc-sections -Wl,--dynamicbase,--nxcompat,--high-entropy-va -Wl,--no-insert-timestamp")
set(CMAKE_EXE_LINKER_FLAGS_INIT    "${_link}")
set(CMAKE_SHARED_LINKER_FLAGS_INIT "${_link}")
set(CMAKE_CROSSCOMPILING_EMULATOR /usr/lib/wine/wine64) # /usr/bin/wine prints a hint about wine32
