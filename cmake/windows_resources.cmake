# What Windows reads of a program before it starts it: version, manifest.
enable_language(RC)

# add_windows_resources(TARGET DESCRIPTION [RESOURCE SCRIPTS…])
function(add_windows_resources target description)
  string(REPLACE "." "," version_numbers "${PROJECT_VERSION}.0")
  set(name ${target})
  set(manifest ${PROJECT_SOURCE_DIR}/packaging/windows/program.manifest)
  configure_file(${PROJECT_SOURCE_DIR}/packaging/windows/program.rc.in ${CMAKE_CURRENT_BINARY_DIR}/${target}.rc @ONLY)
  set_property(SOURCE ${CMAKE_CURRENT_BINARY_DIR}/${target}.rc APPEND PROPERTY OBJECT_DEPENDS ${manifest})
  target_sources(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/${target}.rc ${ARGN})
endfunction()
