# discover_tests(TARGET SPEC PROPERTY…): one ctest entry for each Catch2 test case that SPEC names, listed when TARGET
# has been built. (Catch2's own module splits names at semicolons.)
#   cmake -DPROGRAM=… -DSPEC=… -DPROPERTIES=… -DOUTPUT=… -P discover_tests.cmake
cmake_minimum_required(VERSION 3.25)

function(discover_tests target spec)
  string(MAKE_C_IDENTIFIER "${target}${spec}" name)
  set(list ${CMAKE_CURRENT_BINARY_DIR}/${name}.cmake)
  add_custom_command(TARGET ${target} POST_BUILD BYPRODUCTS ${list}
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:${target}> -DSPEC=${spec} "-DPROPERTIES=${ARGN}" -DOUTPUT=${list}
            -P ${CMAKE_CURRENT_FUNCTION_LIST_FILE}
    VERBATIM)
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${list})
endfunction()

if(NOT CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  return()
endif()

# The result is the number of tests, or a text where the program could not run.
execute_process(COMMAND ${PROGRAM} ${SPEC} --list-test-names-only OUTPUT_VARIABLE names RESULT_VARIABLE result)
if(NOT result MATCHES "^[1-9][0-9]*$" OR NOT names MATCHES "\n")
  message(FATAL_ERROR "${PROGRAM} lists no tests for ${SPEC}: ${result}")
endif()
string(REPLACE ";" " " properties "${PROPERTIES}")
set(script "")
while(names MATCHES "^([^\n]*)\n(.*)$")
  set(name "${CMAKE_MATCH_1}")
  set(names "${CMAKE_MATCH_2}")
  # What Catch2 would read as a pattern; a name that it does not find again fails (NoTests).
  string(REGEX REPLACE "([][\\,])" "\\\\\\1" pattern "${name}")
  if(NOT name STREQUAL "")
    string(APPEND script "add_test([==[${name}]==] [==[${PROGRAM}]==] [==[${pattern}]==] --warn NoTests)\n"
                         "set_tests_properties([==[${name}]==] PROPERTIES ${properties})\n")
  endif()
endwhile()
file(WRITE ${OUTPUT} "${script}")
