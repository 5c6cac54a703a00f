/* What a `wait_for` step waits for. */
#include "base/time.h"
#include "definition/load.h"

/* A day, a span of time, or the id of a signal: ids do not begin with a digit. */
void pl_load_set_wait_for(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    struct pl_date date = {0};

    step->wait_for = PL_WAIT_SIGNAL;
    if (node->kind != PL_YAML_SCALAR || node->text.len == 0 || node->text.at[0] < '0' ||
        node->text.at[0] > '9') {
        (void)pl_load_id(l, node, &step->signal);
    } else if (pl_date_parse(node->text, &date)) {
        step->wait_for = PL_WAIT_DATE;
        step->date = pl_day_of_date(date);
    } else if (node->text.len == 10 && node->text.at[4] == '-' && node->text.at[7] == '-') {
        struct pl_diag *diag =
            pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_BAD_DAY, "there is no day `%.*s`",
                        (int)node->text.len, node->text.at);
        pl_diag_hint(diag, "Write a day as year, month, day: `2026-05-01`.");
    } else {
        step->wait_for = PL_WAIT_SPAN;
        (void)pl_load_span(l, node, &step->span);
    }
}
