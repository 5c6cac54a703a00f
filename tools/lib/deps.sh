# shellcheck shell=sh
# Debian packages that the project needs, installed when missing. Sourced, not run.
#
#   placet_need_build_deps   to build the engine, the adapters and the command line
#   placet_need_check_deps   to build and run the tests as well
#
# Quiet when there is nothing to do; a failure of apt-get is shown in full and returned.

placet_build_packages="gcc libc6-dev cmake ninja-build pkg-config libzmq3-dev liblmdb-dev
    libmsgpack-dev libyaml-dev libjansson-dev libsodium-dev libxxhash-dev libutf8proc-dev
    libpcre2-dev"
placet_check_packages="libcmocka-dev clang clang-format clang-tidy binutils python3 python3-zmq
    python3-msgpack python3-yaml python3-jsonschema"

# Prints those of the given packages that are not installed.
placet_missing_packages()
{
    for package in "$@"; do
        case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
        installed) ;;
        *) printf '%s ' "$package" ;;
        esac
    done
}

placet_apt_get()
{
    if [ "$(id -u)" = 0 ]; then
        DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@"
    else
        sudo DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@"
    fi
}

# Installs the given packages, those that are there already left alone.
placet_install()
{
    command -v dpkg-query >/dev/null || {
        echo "This script installs packages on Debian only. Install by hand: $*" >&2
        return 1
    }
    placet_missing=$(placet_missing_packages "$@")
    [ -z "$placet_missing" ] && return 0
    echo "Installing $placet_missing"
    placet_log=$(mktemp)
    # shellcheck disable=SC2086 # a list of package names
    if (placet_apt_get update && placet_apt_get install -y --no-install-recommends \
        $placet_missing) >"$placet_log" 2>&1; then
        rm -f "$placet_log"
    else
        cat "$placet_log" >&2
        rm -f "$placet_log"
        return 1
    fi
}

placet_need_build_deps()
{
    # shellcheck disable=SC2086
    placet_install $placet_build_packages
}

placet_need_check_deps()
{
    # shellcheck disable=SC2086
    placet_install $placet_build_packages $placet_check_packages
}
