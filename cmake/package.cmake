# `cmake --install`, and the Debian package made of the same files.

# The program writes its own completions, so that they cannot differ from it.
set(completions ${PROJECT_BINARY_DIR}/completions)
foreach(shell bash zsh fish)
  add_custom_command(OUTPUT ${completions}/llmctl.${shell} DEPENDS llmctl
    COMMAND ${CMAKE_COMMAND} -E make_directory ${completions}
    COMMAND env -i $<TARGET_FILE:llmctl> completion ${shell} > ${completions}/llmctl.${shell}.new
    COMMAND ${CMAKE_COMMAND} -E rename ${completions}/llmctl.${shell}.new ${completions}/llmctl.${shell}
    COMMENT "Writing the ${shell} completion" VERBATIM)
  list(APPEND completion_files ${completions}/llmctl.${shell})
endforeach()
add_custom_target(llmctl_completions ALL DEPENDS ${completion_files})

install(TARGETS llmctl RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 FILES_MATCHING PATTERN "*.1")
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${completions}/llmctl.bash RENAME llmctl
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
# zsh looks for a distribution's completions elsewhere than for those of /usr/local.
install(CODE "
  set(folder site-functions)
  if(CMAKE_INSTALL_PREFIX MATCHES \"/usr/?$\")
    set(folder vendor-completions)
  endif()
  file(INSTALL DESTINATION \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}/zsh/\${folder}\"
       TYPE FILE RENAME _llmctl FILES \"${completions}/llmctl.zsh\")")
install(FILES ${completions}/llmctl.fish
        DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/cpack)
set(CPACK_PACKAGE_CONTACT "llmctl authors")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION database)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Loaded only by commands that use the network.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "libcurl4 | libcurl3-gnutls, ca-certificates")
include(CPack)
