# shellcheck shell=sh
# Configures and builds, quietly unless something fails. Sourced, not run.

# placet_build FOLDER [CMAKE-ARGUMENT...]: run from the top of the tree. Builds everything, or the
# targets named in placet_targets.
placet_build()
{
    placet_folder=$1
    shift
    placet_log=$(mktemp)
    # An existing build folder keeps its generator; a new one gets the fast one.
    [ -f "$placet_folder/CMakeCache.txt" ] || set -- -G Ninja "$@"
    if (cmake -S . -B "$placet_folder" "$@" &&
        cmake --build "$placet_folder" -j "$(nproc)" \
            ${placet_targets:+--target $placet_targets}) >"$placet_log" 2>&1; then
        rm -f "$placet_log"
    else
        # ninja goes on for a while after the first error, which is what one wants to see.
        grep -n -m 1 -A 40 -E 'error|Error|FAILED' "$placet_log" >&2 || tail -n 40 "$placet_log" >&2
        rm -f "$placet_log"
        return 1
    fi
}
