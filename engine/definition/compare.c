#include "definition/compare.h"

#include <string.h>

static bool same_span(bool has_a, struct pl_span a, bool has_b, struct pl_span b)
{
    return has_a == has_b && (!has_a || (a.count == b.count && a.unit == b.unit));
}

static struct pl_text service_of(const struct pl_definition *def, const struct pl_step_def *step)
{
    return step->member_count > 0 ? def->services[step->members[0].service].name : PL_TEXT("");
}

static bool is_same(const struct pl_definition *before, const struct pl_step_def *a,
                    const struct pl_definition *after, const struct pl_step_def *b)
{
    return same_span(a->has_limit, a->limit, b->has_limit, b->limit) &&
           same_span(a->has_statutory, a->statutory, b->has_statutory, b->statutory) &&
           pl_text_equal(service_of(before, a), service_of(after, b)) && a->cost == b->cost &&
           a->visits == b->visits && a->deposit == b->deposit && a->member_count == b->member_count;
}

void pl_definition_compare(const struct pl_definition *before, const struct pl_definition *after,
                           int32_t start_day, struct pl_comparison *out)
{
    memset(out, 0, sizeof(*out));
    out->before = before;
    out->after = after;
    pl_definition_analyse(before, start_day, &out->before_figures);
    pl_definition_analyse(after, start_day, &out->after_figures);
    for (uint16_t i = 0; i < before->step_count; i++) {
        const uint16_t other = pl_definition_step(after, before->steps[i].id);
        if (other == PL_NO_STEP) {
            out->removed[out->removed_count++] = i;
        } else if (is_same(before, &before->steps[i], after, &after->steps[other])) {
            out->same_count++;
        } else {
            out->changed[out->changed_count++] = (struct pl_step_pair){i, other};
        }
    }
    for (uint16_t i = 0; i < after->step_count; i++) {
        if (pl_definition_step(before, after->steps[i].id) == PL_NO_STEP) {
            out->added[out->added_count++] = i;
        }
    }
}
