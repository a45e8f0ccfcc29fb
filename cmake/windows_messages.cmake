# The event log's texts (packaging/windows/messages.mc): messages.h for the code, messages.rc for the program that is the
# source of the events. The two compilers, windmc and mc, take the same options.
find_program(MESSAGE_COMPILER NAMES ${CMAKE_MC_COMPILER} mc REQUIRED)
set(EVENT_MESSAGES_FOLDER ${PROJECT_BINARY_DIR}/messages)
set(EVENT_MESSAGES ${EVENT_MESSAGES_FOLDER}/messages.rc)
file(MAKE_DIRECTORY ${EVENT_MESSAGES_FOLDER})
add_custom_command(
  OUTPUT ${EVENT_MESSAGES} ${EVENT_MESSAGES_FOLDER}/messages.h ${EVENT_MESSAGES_FOLDER}/messages_messages_en.bin
  COMMAND ${MESSAGE_COMPILER} -A -b -h ${EVENT_MESSAGES_FOLDER} -r ${EVENT_MESSAGES_FOLDER}
          ${PROJECT_SOURCE_DIR}/packaging/windows/messages.mc
  DEPENDS ${PROJECT_SOURCE_DIR}/packaging/windows/messages.mc
  VERBATIM)
add_custom_target(event_messages DEPENDS ${EVENT_MESSAGES})
