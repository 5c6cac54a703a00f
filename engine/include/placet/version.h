/* The version of the library that these headers belong to. CMake reads it from here, so that the
 * package files, the shared object's name and `placet --version` cannot disagree. */
#ifndef PLACET_VERSION_H
#define PLACET_VERSION_H

#define PLACET_VERSION_MAJOR 0
#define PLACET_VERSION_MINOR 1
#define PLACET_VERSION_PATCH 0
#define PLACET_VERSION       "0.1.0"

#endif
