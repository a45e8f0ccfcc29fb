// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace patchstate {

enum class Packages { dpkg, other };

/// Architecture of a program by its ELF header, in the word of the package world ("amd64", "x86_64"). Empty for
/// anything that is no such program.
std::string architecture_of_program(std::string_view file_head, Packages packages);

/// Of the packages below `root`: what its own programs are built for, because a kernel may run programs of another
/// architecture (i386 packages under an amd64 kernel). Empty when nothing tells.
std::string package_architecture(const std::filesystem::path& root);

}  // namespace patchstate
