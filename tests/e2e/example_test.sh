# What the documents teach works: the workflow that the language's page shows whole, the adapter
# that is there to be copied, and the command line, from application to the last decision.
# ctest: timeout 60
set -eu
build=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
pids=
trap 'kill $pids 2>/dev/null || true; wait; rm -rf "$work"' EXIT
fail()
{
    echo "error: $*"
    tail -n 20 "$work"/*.log
    exit 1
}

mkdir -p "$work/schemas"
cp -r "$root/workflows" "$work/workflows"
cp -r "$root/schemas/forms" "$work/schemas/forms"
# The first block of YAML on the page.
awk '/^```yaml$/ { inside = 1; next } /^```$/ { if (inside) exit } inside' \
    "$root/workflows/LANGUAGE.md" >"$work/workflows/landscape_permit.yaml"

PLACET_AT=$work/run
export PLACET_AT
"$build/placetd" --data "$work/store" --run "$work/run" --create >"$work/engine.log" 2>&1 &
pids="$pids $!"
for _ in $(seq 100); do
    [ ! -S "$work/run/api.sock" ] || break
    sleep 0.1
done
"$build/placet" publish "$work/workflows/landscape_permit.yaml" >"$work/publish.log" 2>&1 ||
    fail "the workflow of the page is refused"
"$build/placet-demo" --department municipal_garden --pace instant >"$work/garden.log" 2>&1 &
pids="$pids $!"
"$build/placet-example" >"$work/example.log" 2>&1 &
pids="$pids $!"

form=$root/workflows/examples/construction_permit.json
"$build/placet" submit landscape_permit "$form" --key small --follow >"$work/small.log" 2>&1 ||
    fail "the case that the example approves did not end well"
grep -q "soil_water_approval\|water" "$work/small.log" || fail "the example was not asked"

# Too much earth is moved: the example sends the file back, and approves what is supplemented.
sed 's/"earthwork_m3": [0-9]*/"earthwork_m3": 250000/' "$form" >"$work/large.json"
"$build/placet" submit landscape_permit "$work/large.json" --key large -o json >"$work/case.json" \
    2>"$work/large.log" || fail "the second application was not accepted"
case_id=$(sed -n 's/.*"case": *"\([^"]*\)".*/\1/p' "$work/case.json")
"$build/placet" watch "$case_id" --type step_returned -n 1 >>"$work/large.log" 2>&1 ||
    fail "the example did not send the file back"
echo '{"assessment": {"earthwork_m3": 90000}}' >"$work/changes.json"
"$build/placet" supplement "$case_id" "$work/changes.json" >>"$work/large.log" 2>&1 ||
    fail "the supplement was refused"
"$build/placet" watch "$case_id" --until-finished >>"$work/large.log" 2>&1 ||
    fail "the case that was supplemented did not end well"
decided=$(sed 's/.*: //' "$work/example.log" | tr '\n' ' ')
[ "$decided" = "approve supplement approve " ] || fail "the example decided $decided"
