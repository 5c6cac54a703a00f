# What `cmake --install` leaves is enough to write an adapter outside this tree: headers, library,
# pkg-config file and CMake package. The example adapters are the programs that are built with it.
set -eu
build=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/usr" >"$work/log" || { cat "$work/log"; exit 1; }
PKG_CONFIG_PATH=$(dirname "$(find "$work/usr" -name placet.pc)")
export PKG_CONFIG_PATH

# Nothing but the public names leaves the shared library.
library=$(find "$work/usr" -name libplacet.so)
stray=$(nm -D --defined-only "$library" | awk '$3 !~ /^placet_/ { print $3 }')
[ -z "$stray" ] || { echo "error: libplacet exports more than placet_: $stray"; exit 1; }

# And everything that the installed headers promise is in it.
nm -D --defined-only "$library" | awk '{ print $3 }' | sort >"$work/exported"
find "$work/usr/include" -name '*.h' -exec grep -ho 'placet_[a-z0-9_]*(' {} + | tr -d '(' |
    sort -u >"$work/promised"
missing=$(comm -23 "$work/promised" "$work/exported")
[ -z "$missing" ] || { echo "error: installed headers promise, libplacet lacks: $missing"; exit 1; }

built=0
for folder in "$root"/adapters/*/; do
    name=$(basename "$folder")
    { [ "$name" != c ] && ls "$folder"*.c >/dev/null 2>&1; } || continue
    # shellcheck disable=SC2046 # flags are words
    cc -std=gnu17 -D_GNU_SOURCE -o "$work/$name" "$folder"*.c \
        $(pkg-config --cflags --libs placet) -lm
    built=$((built + 1))

    mkdir "$work/$name.cmake"
    cat >"$work/$name.cmake/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.25)
project(guest C)
find_package(placet REQUIRED)
file(GLOB sources "$folder*.c")
add_executable(guest \${sources})
target_compile_definitions(guest PRIVATE _GNU_SOURCE)
target_link_libraries(guest PRIVATE placet::placet m)
END
    (cmake -G Ninja -S "$work/$name.cmake" -B "$work/$name.build" -DCMAKE_PREFIX_PATH="$work/usr" &&
        cmake --build "$work/$name.build") >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
done
[ "$built" != 0 ] || { echo "error: no example adapter to build"; exit 1; }
