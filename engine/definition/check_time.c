/* Targets: the figures that a definition has promised for itself. */
#include "definition/analyse.h"
#include "definition/check.h"

static void miss(struct pl_load *l, const char *key, long long wanted, long long found,
                 const char *unit, const char *hint)
{
    const struct pl_yaml *node = pl_yaml_get(l->targets, key);
    struct pl_diag *diag =
        pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_TARGET,
                    "target `%s` is %lld%s, but the definition has %lld", key, wanted, unit, found);
    pl_diag_hint(diag, "%s", hint);
}

/* "a > b > c", as many as fit. */
static void list_path(const struct pl_definition *def, const struct pl_analysis *a, char *out,
                      size_t size)
{
    struct pl_builder b;

    pl_builder_init(&b, out, size);
    for (uint16_t i = 0; i < a->path_count; i++) {
        const struct pl_step_def *step = &def->steps[a->path[i]];
        pl_builder_addf(&b, "%s%.*s %u", i == 0 ? "" : " > ", (int)step->id.len, step->id.at,
                        step->has_limit ? step->limit.count : 0);
    }
}

void pl_check_time(struct pl_load *l)
{
    const struct pl_targets *targets = &l->def->targets;
    const struct pl_calendar *calendar = &l->def->calendar;
    char path[PL_DIAG_TEXT_MAX - 64];
    char hint[PL_DIAG_TEXT_MAX];
    struct pl_builder b;
    struct pl_analysis a;
    bool estimated = false;

    if (l->targets == NULL) {
        return;
    }
    pl_definition_analyse(l->def, calendar->first_day, &a);
    if (targets->procedures >= 0 && a.procedures > (uint32_t)targets->procedures) {
        miss(l, "procedures", targets->procedures, a.procedures, "",
             "Merge steps, or mark milestones with `counts: false`.");
    }
    if (targets->visits >= 0 && a.visits > (uint32_t)targets->visits) {
        miss(l, "visits", targets->visits, a.visits, "", "Look for `visit:` in the steps.");
    }
    if (targets->cost >= 0 && a.cost > targets->cost) {
        miss(l, "cost", targets->cost, a.cost, "", "Look for `cost:` in the steps.");
    }
    if (targets->has_time && a.working_days > pl_span_working_days(targets->time, &estimated)) {
        list_path(l->def, &a, path, sizeof(path));
        pl_builder_init(&b, hint, sizeof(hint));
        pl_builder_addf(&b, "The longest chain of limits is %s.", path);
        miss(l, "time", pl_span_working_days(targets->time, &estimated), a.working_days,
             " working days", hint);
    }
}
