# Everything the project stands on, all of it packaged in Debian 12 (tools/lib/deps.sh).
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

pkg_check_modules(zmq REQUIRED IMPORTED_TARGET libzmq>=4.3)
pkg_check_modules(lmdb REQUIRED IMPORTED_TARGET lmdb>=0.9.24)
pkg_check_modules(msgpack REQUIRED IMPORTED_TARGET msgpack>=4.0)
pkg_check_modules(yaml REQUIRED IMPORTED_TARGET yaml-0.1>=0.2.5)
pkg_check_modules(jansson REQUIRED IMPORTED_TARGET jansson>=2.14)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium>=1.0.18)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash>=0.8)
pkg_check_modules(utf8proc REQUIRED IMPORTED_TARGET libutf8proc>=2.6)
pkg_check_modules(pcre2 REQUIRED IMPORTED_TARGET libpcre2-8>=10.40)

set(placet_packages PkgConfig::zmq PkgConfig::lmdb PkgConfig::msgpack PkgConfig::yaml
    PkgConfig::jansson PkgConfig::sodium PkgConfig::xxhash PkgConfig::utf8proc PkgConfig::pcre2
    Threads::Threads m)
