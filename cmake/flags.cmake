# How everything of ours is compiled and linked: llmctl_flags, and llmctl_warnings for what we wrote ourselves.

add_library(llmctl_warnings INTERFACE)
target_compile_options(llmctl_warnings INTERFACE -Wall -Wextra -Wpedantic -Wnon-virtual-dtor
                       # gcc's -Wshadow also complains of a constructor's parameter named as its member.
                       $<IF:$<CXX_COMPILER_ID:GNU>,-Wshadow=local,-Wshadow>
                       $<$<BOOL:${LLMCTL_WERROR}>:-Werror>)

set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-Og -g")
if(LLMCTL_SANITIZE)
  # Optimising takes the compiler twice as long here, and hides mistakes; of debug information, reports show the lines.
  set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
endif()
if(LLMCTL_SANITIZE MATCHES fuzzer)
  set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
endif()

add_library(llmctl_flags INTERFACE)
# The same bytes come out wherever the checkout lies.
target_compile_options(llmctl_flags INTERFACE -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
if(LLMCTL_SANITIZE)
  target_compile_options(llmctl_flags INTERFACE -fsanitize=${LLMCTL_SANITIZE} -fno-sanitize-recover=all
                         -fno-omit-frame-pointer -D_GLIBCXX_ASSERTIONS)
  # The C++ library stays shared: the sanitizers' runtime intercepts it.
  target_link_options(llmctl_flags INTERFACE -fsanitize=${LLMCTL_SANITIZE})
else()
  target_compile_options(llmctl_flags INTERFACE -fstack-protector-strong -fstack-clash-protection
                         -ffunction-sections -fdata-sections $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2>)
  target_link_options(llmctl_flags INTERFACE -pie -static-libstdc++ -static-libgcc
                      -Wl,--build-id,-z,relro,-z,now,-z,noexecstack,--gc-sections,--as-needed)
endif()
