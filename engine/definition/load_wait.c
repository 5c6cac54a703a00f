/* What a `wait_for` step waits for. */
#include <stdio.h>

#include "base/time.h"
#include "definition/load_step.h"

static void set_signal(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    (void)pl_load_id(l, node, &step->signal);
}

/* It is found before the case gets to the step: of the form and the case alone. */
static void set_key(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    const struct pl_expression key = {
        .step = pl_load_number_of(l, step), .reach = PL_REACH_NONE, .wanted = PL_CEL_STRING};

    step->signal_key = pl_load_expression(l, node, &key);
}

static void set_transient(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    step->transient = pl_load_true(l, node);
}

static void set_date(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;

    step->wait_for = PL_WAIT_DATE;
    step->date_of = pl_load_day(l, step, node);
}

const struct pl_cel_program *pl_load_day(struct pl_load *l, const struct pl_step_def *step,
                                         const struct pl_yaml *node)
{
    const struct pl_expression day = {
        .step = pl_load_number_of(l, step), .reach = PL_REACH_BEFORE, .wanted = PL_CEL_STRING};

    return pl_load_expression(l, node, &day);
}

/* `{signal, key, transient}` or `{date}` */
static void load_map(struct pl_load *l, struct pl_step_def *step, const struct pl_yaml *node)
{
    static const struct pl_key signal_keys[] = {
        {"signal", true, set_signal}, {"key", false, set_key}, {"transient", false, set_transient}};
    static const struct pl_key date_keys[] = {{"date", true, set_date}};

    if (pl_yaml_get(node, "date") != NULL) {
        pl_load_map(l, node, PL_KEYS("a day that is waited for", date_keys), step);
    } else {
        pl_load_map(l, node, PL_KEYS("a signal that is waited for", signal_keys), step);
    }
}

/* "2026-5-1": digits and two hyphens, with no unit. */
static bool is_short_date(struct pl_text text)
{
    unsigned hyphens = 0;

    for (uint32_t i = 0; i < text.len; i++) {
        if (text.at[i] != '-' && (text.at[i] < '0' || text.at[i] > '9')) {
            return false;
        }
        hyphens += text.at[i] == '-';
    }
    return hyphens == 2;
}

static void refuse_short_date(struct pl_load *l, const struct pl_yaml *node)
{
    char whole[16];
    unsigned year = 0;
    unsigned month = 0;
    unsigned day = 0;
    struct pl_date date = {0};
    struct pl_diag *diag =
        pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_BAD_DAY, "there is no day `%.*s`",
                    (int)node->text.len, node->text.at);

    const int found = sscanf(node->text.at, "%4u-%2u-%2u", &year, &month, &day);
    (void)snprintf(whole, sizeof(whole), "%04u-%02u-%02u", year % 10000, month % 100, day % 100);
    if (found == 3 && pl_date_parse(pl_text_of(whole), &date)) {
        pl_diag_hint(diag, "Write the day with two digits each: `%s`.", whole);
        pl_diag_fix(diag, node->text, whole);
    } else {
        pl_diag_hint(diag, "Write a day as year, month, day: `2026-05-01`.");
    }
}

/* A day, a span of time, or the id of a signal: ids do not begin with a digit. */
void pl_load_set_wait_for(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    struct pl_date date = {0};

    step->wait_for = PL_WAIT_SIGNAL;
    if (node->kind == PL_YAML_MAP) {
        load_map(l, step, node);
    } else if (node->kind != PL_YAML_SCALAR || node->text.len == 0 || node->text.at[0] < '0' ||
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
    } else if (is_short_date(node->text)) {
        refuse_short_date(l, node);
    } else {
        step->wait_for = PL_WAIT_SPAN;
        (void)pl_load_span(l, node, &step->span);
    }
}
