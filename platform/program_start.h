// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace patchstate {

/// First thing in main. Afterwards: a standard stream that was closed is not the number of the next file that is opened
/// (output into a closed one fails); writing into a pipe nobody reads is an error, not a death; a request to stop
/// (SIGINT, SIGTERM, SIGHUP) ends the program at once with `exit_code_when_stopped`, and its children with it.
void prepare_program(int exit_code_when_stopped);

/// What main was given, in UTF-8 (Windows hands main an older encoding). The first is the program's name.
std::vector<std::string> program_arguments(int argc, const char* const* argv);

/// The program and its first memory in two steps instead of a page fault each: for programs that live for milliseconds.
/// An idle one would hold memory that it does not use.
void take_first_pages();

/// Before a long wait: most of the program was needed for its start only, and would count as this process's memory.
void give_back_program_pages();

/// Becomes `program` with these arguments (the first is its name), with the same streams and environment; its exit code
/// is ours. Throws std::system_error when it can't be started.
[[noreturn]] void become_program(const std::filesystem::path& program, std::vector<std::string> arguments);

}  // namespace patchstate
