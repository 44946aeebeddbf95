# SPDX-License-Identifier: BSD-3-Clause
# Install rules and package files. The build tree can be used like an install tree too:
# -Despalier_DIR=<build folder>.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/espalier)

install(TARGETS espalier EXPORT espalier-targets)
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN *.hpp)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/licenses/espalier)

# What a static library asks of the program that links it; a shared one brings it along.
get_target_property(library_type espalier TYPE)
set(static_dependencies "")
set(pc_requires "eigen3 >= 3.4")
set(pc_libs "")
if(library_type STREQUAL "STATIC_LIBRARY")
  set(static_dependencies "find_dependency(OpenMP COMPONENTS CXX)\n")
  set(pc_libs "${OpenMP_CXX_FLAGS}")
  if(espalier_links_fmt)
    string(APPEND static_dependencies "find_dependency(fmt)\n")
    string(APPEND pc_requires ", fmt")
  endif()
endif()

configure_package_config_file(cmake/espalier-config.cmake.in espalier-config.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(espalier-config-version.cmake COMPATIBILITY SameMinorVersion)
install(EXPORT espalier-targets NAMESPACE espalier:: DESTINATION ${package_dir})
install(FILES ${PROJECT_BINARY_DIR}/espalier-config.cmake
              ${PROJECT_BINARY_DIR}/espalier-config-version.cmake DESTINATION ${package_dir})
export(EXPORT espalier-targets NAMESPACE espalier:: FILE espalier-targets.cmake)

# Folders below the prefix, so that the installed tree can be moved; distributions may give others
# as absolute paths, and then it stays where it is.
foreach(folder INCLUDEDIR LIBDIR)
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${folder}}")
    set(pc_${folder} "${CMAKE_INSTALL_${folder}}")
  else()
    set(pc_${folder} "\${prefix}/${CMAKE_INSTALL_${folder}}")
  endif()
endforeach()
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  set(pc_prefix "${CMAKE_INSTALL_PREFIX}")
else()
  file(RELATIVE_PATH pc_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  string(PREPEND pc_prefix "\${pcfiledir}/")
endif()
configure_file(cmake/espalier.pc.in espalier.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/espalier.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
