# `find_package(placet)` and `pkg-config placet` for those who write adapters outside this tree.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/placet)
install(TARGETS placet_shared EXPORT placet_targets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS placet_static ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT placet_targets NAMESPACE placet:: FILE placet-targets.cmake
    DESTINATION ${package_dir})

configure_package_config_file(${PROJECT_SOURCE_DIR}/tools/cmake/placet-config.cmake.in
    ${CMAKE_CURRENT_BINARY_DIR}/placet-config.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/placet-config-version.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/placet-config.cmake
    ${CMAKE_CURRENT_BINARY_DIR}/placet-config-version.cmake DESTINATION ${package_dir})

# Relative to the .pc file itself, so that `cmake --install --prefix` and packages may move it.
file(RELATIVE_PATH placet_pc_to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(${PROJECT_SOURCE_DIR}/tools/cmake/placet.pc.in
    ${CMAKE_CURRENT_BINARY_DIR}/placet.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/placet.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
