# Where everything belongs on a Linux system, in two components: `agent`, on each machine, and `hub`, on one.
#   cmake --install build/release --component agent --prefix /usr
# The units name /usr/sbin and /usr/bin, the programs /etc; systemd's folders are below /usr/lib on each distribution, also
# where libraries are in /usr/lib64 or /usr/lib/x86_64-linux-gnu.
if(WIN32)
  return()
endif()
include(GNUInstallDirs)

set(PACKAGING ${PROJECT_SOURCE_DIR}/packaging)
set(COMPLETIONS ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
set(ZSH_COMPLETIONS ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions CACHE STRING
    "Folder of zsh's completions: vendor-completions is Debian's, site-functions that of the others")

# Its user, its folders, and whether its units are on where nobody said otherwise.
function(install_settings_of_systemd name component)
  install(FILES ${PACKAGING}/systemd/${name}.sysusers DESTINATION lib/sysusers.d RENAME ${name}.conf COMPONENT ${component})
  install(FILES ${PACKAGING}/systemd/${name}.tmpfiles DESTINATION lib/tmpfiles.d RENAME ${name}.conf COMPONENT ${component})
  install(FILES ${PACKAGING}/systemd/${name}.preset DESTINATION lib/systemd/system-preset RENAME 90-${name}.preset
          COMPONENT ${component})
endfunction()

# The agent. Its programs find each other in ../libexec/patchstate (platform/paths).
install(TARGETS patchstate RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT agent)
install(TARGETS patchstated RUNTIME DESTINATION ${CMAKE_INSTALL_SBINDIR} COMPONENT agent)
set(AGENT_HELPERS patchstate-send)
if(NOT PATCHSTATE_PORTABLE)
  list(APPEND AGENT_HELPERS patchstate-apt-probe patchstate-solv-probe)
endif()
install(TARGETS ${AGENT_HELPERS}
        RUNTIME DESTINATION libexec/patchstate COMPONENT agent)
install(FILES ${PACKAGING}/patchstate.toml DESTINATION /etc/patchstate COMPONENT agent)
install(FILES ${PACKAGING}/systemd/patchstate.service ${PACKAGING}/systemd/patchstate-refresh.service
              ${PACKAGING}/systemd/patchstate-refresh.timer
        DESTINATION lib/systemd/system COMPONENT agent)
install_settings_of_systemd(patchstate agent)
install(FILES ${PACKAGING}/man/patchstate.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT agent)
install(FILES ${PACKAGING}/man/patchstate.toml.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5 COMPONENT agent)
install(FILES ${PACKAGING}/man/patchstated.8 DESTINATION ${CMAKE_INSTALL_MANDIR}/man8 COMPONENT agent)
install(FILES ${PACKAGING}/completions/patchstate.bash DESTINATION ${COMPLETIONS} RENAME patchstate COMPONENT agent)
install(FILES ${PACKAGING}/completions/_patchstate DESTINATION ${ZSH_COMPLETIONS} COMPONENT agent)

# The hub.
if(NOT PATCHSTATE_HUB)
  return()
endif()
install(TARGETS patchstate-hub RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT hub)
install(FILES ${PACKAGING}/systemd/patchstate-hub.service DESTINATION lib/systemd/system COMPONENT hub)
install_settings_of_systemd(patchstate-hub hub)
install(FILES ${PACKAGING}/patchstate-hub.options DESTINATION /etc/patchstate-hub
        RENAME options COMPONENT hub)
install(FILES ${PACKAGING}/man/patchstate-hub.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT hub)
install(FILES ${PACKAGING}/completions/patchstate-hub.bash DESTINATION ${COMPLETIONS} RENAME patchstate-hub COMPONENT hub)
install(FILES ${PACKAGING}/completions/_patchstate-hub DESTINATION ${ZSH_COMPLETIONS} COMPONENT hub)
