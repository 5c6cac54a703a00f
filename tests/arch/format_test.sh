# Formatting is decided by .clang-format alone. Repair: clang-format -i FILE.
set -eu
cd "$(dirname "$0")/../.."
command -v clang-format >/dev/null || { echo "clang-format is not installed"; exit 77; }
case $(clang-format --version) in
*"version 14."*) ;;
*) echo "only clang-format 14 decides"; exit 77 ;;
esac
find adapters engine tests tools -name '*.[ch]' -print0 | xargs -0 clang-format --dry-run -Werror
