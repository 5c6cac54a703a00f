# The demonstration from its first line to its last: two permits over real sockets and a real store,
# the engine killed twice, the figures of both cases as their definitions promise.
# ctest: slow
# ctest: serial
# ctest: timeout 180
set -eu
build=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
log=$(mktemp)
trap 'rm -f "$log"' EXIT

"$root/tools/demo" --once --build "$build" >"$log" 2>&1 || { tail -n 60 "$log"; exit 1; }
