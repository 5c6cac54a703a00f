# How every C file of the project is compiled. gcc 12 is the reference; clang must build it too.
include(CheckCCompilerFlag)
include(CheckPIESupported)

get_property(multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
if(NOT CMAKE_BUILD_TYPE AND NOT multi_config)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release" FORCE)
endif()

find_program(ccache_program ccache)
if(ccache_program AND NOT CMAKE_C_COMPILER_LAUNCHER)
    # Relative paths let several work trees share one cache.
    set(CMAKE_C_COMPILER_LAUNCHER env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
        ${ccache_program})
endif()

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
check_pie_supported(LANGUAGES C)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# Checks of programmer errors stay on in a release: no NDEBUG anywhere.
set(CMAKE_C_FLAGS_RELEASE "-O2 -g1")
set(CMAKE_C_FLAGS_DEBUG "-Og -g")

# Reproducible builds, and file names in diagnostics that mean something on another machine.
add_compile_options(-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
add_compile_definitions(_GNU_SOURCE=)

add_compile_options(
    -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes
    -Wmissing-prototypes -Wswitch-enum -Wvla -Wundef -Wformat=2 -Wcast-qual -Wwrite-strings
    -Wnull-dereference)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wduplicated-cond -Wlogical-op)
endif()
if(PLACET_WERROR)
    add_compile_options(-Werror)
endif()

# Sections of their own let the linker drop what is unused, and tests see who can reach whom.
add_compile_options(-fno-common -fstack-protector-strong -ffunction-sections -fdata-sections)
add_link_options(-Wl,--as-needed -Wl,-z,relro,-z,now)
foreach(flag -fstack-clash-protection -fcf-protection -ftrivial-auto-var-init=zero)
    string(MAKE_C_IDENTIFIER "has${flag}" has_flag)
    check_c_compiler_flag(${flag} ${has_flag})
    if(${has_flag})
        add_compile_options($<$<CONFIG:Release>:${flag}>)
    endif()
endforeach()

if(PLACET_SANITIZE)
    add_compile_options(-fsanitize=${PLACET_SANITIZE} -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${PLACET_SANITIZE})
    if(PLACET_SANITIZE MATCHES "undefined")
        add_compile_options(-fno-sanitize-recover=undefined)
    endif()
    if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
        # The instrumentation itself sets off these two; the plain builds still have them.
        add_compile_options(-Wno-maybe-uninitialized -Wno-null-dereference)
    endif()
else()
    # Fortified libc calls hide bugs from the sanitizers, which replace the same functions.
    add_compile_options($<$<CONFIG:Release>:-U_FORTIFY_SOURCE>
        $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=3>)
endif()
if(PLACET_COVERAGE)
    add_compile_options(--coverage -fprofile-update=atomic)
    add_link_options(--coverage)
endif()
