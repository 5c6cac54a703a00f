/* How often and when a failed task is offered again. */
#include <string.h>

#include "definition/load_step.h"

#define ATTEMPTS_MAX 100
#define FACTOR_MAX   10
#define PERCENT_MAX  100
#define WAIT_MAX_MS  INT64_C(86400000) /* a day: whoever waits longer wants a person to look */

/* A real duration, not working time. */
static bool load_duration(struct pl_load *l, const struct pl_yaml *node, int64_t *ms_out)
{
    struct pl_span span = {0};
    int64_t unit_ms = 0;

    if (!pl_load_span(l, node, &span)) {
        return false;
    }
    switch (span.unit) {
    case PL_UNIT_SECONDS:
        unit_ms = 1000;
        break;
    case PL_UNIT_MINUTES:
        unit_ms = 60000;
        break;
    case PL_UNIT_HOURS:
        unit_ms = 3600000;
        break;
    case PL_UNIT_WORKING_DAYS:
    case PL_UNIT_DAYS:
    case PL_UNIT_MONTHS:
    case PL_UNIT_YEARS:
        break;
    }
    if (unit_ms == 0 || span.count * unit_ms > WAIT_MAX_MS) {
        struct pl_diag *diag =
            pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_BAD_SPAN,
                        "a wait before the next try is at most 24 hours, not `%.*s`",
                        (int)node->text.len, node->text.at);
        pl_diag_hint(diag, "Write hours, minutes or seconds: real time, not working time.");
        return false;
    }
    *ms_out = span.count * unit_ms;
    return true;
}

static void set_attempts(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_retry *retry = object;
    int64_t attempts = 0;

    if (pl_load_int(l, node, 1, ATTEMPTS_MAX, &attempts)) {
        retry->attempts = (uint16_t)attempts;
    }
}

static void set_first(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_retry *retry = object;
    (void)load_duration(l, node, &retry->first_ms);
}

static void set_max(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_retry *retry = object;

    if (load_duration(l, node, &retry->max_ms) && retry->max_ms < retry->first_ms) {
        struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_BAD_NUMBER,
                                           "`max` is shorter than the first wait");
        pl_diag_hint(diag, "Make `max` longer, or `first` shorter.");
    }
}

/* 2 or 1.5 */
static void set_factor(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_retry *retry = object;
    double factor = 0;

    if (node->kind == PL_YAML_SCALAR &&
        (pl_yaml_as_float(node, &factor) && factor >= 1 && factor <= FACTOR_MAX)) {
        retry->factor_percent = (uint32_t)(factor * 100 + 0.5);
        return;
    }
    struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_BAD_NUMBER,
                                       "`factor` is a number from 1 to %d", FACTOR_MAX);
    pl_diag_hint(diag, "Write `factor: 2`: each wait is twice the one before.");
}

/* 20% */
static void set_jitter(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_retry *retry = object;
    uint32_t percent = 0;
    uint32_t digits = 0;

    while (digits < node->text.len && node->text.at[digits] >= '0' &&
           node->text.at[digits] <= '9' && percent <= PERCENT_MAX) {
        percent = percent * 10 + (uint32_t)(node->text.at[digits++] - '0');
    }
    if (node->kind == PL_YAML_SCALAR && digits > 0 && digits + 1 == node->text.len &&
        node->text.at[digits] == '%' && percent <= PERCENT_MAX) {
        retry->jitter_percent = percent;
        return;
    }
    struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_BAD_NUMBER,
                                       "`jitter` is a percentage from 0%% to 100%%");
    pl_diag_hint(diag, "Write `jitter: 20%%`: each wait is shortened by up to a fifth.");
}

const struct pl_retry *pl_load_retry(struct pl_load *l, const struct pl_yaml *node)
{
    /* `first` before `max`. */
    static const struct pl_key keys[] = {
        {"attempts", false, set_attempts}, {"first", false, set_first},   {"max", false, set_max},
        {"factor", false, set_factor},     {"jitter", false, set_jitter},
    };
    struct pl_retry *retry = pl_load_alloc(l, sizeof(*retry));

    if (retry != NULL) {
        *retry = (struct pl_retry){.attempts = PL_ATTEMPTS_MAX,
                                   .first_ms = 1000,
                                   .max_ms = WAIT_MAX_MS,
                                   .factor_percent = 200};
        pl_load_map(l, node, PL_KEYS("`retry`", keys), retry);
    }
    return retry;
}

void pl_load_set_retry(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    step->retry = pl_load_retry(l, node);
}
