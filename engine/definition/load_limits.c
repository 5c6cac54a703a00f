/* The limits of a step: promised, of the law, the department's own; their extension and what stops
 * them. */
#include "definition/load_step.h"

static void set_until(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;

    step->limit_until = pl_load_day(l, step, node);
    step->has_limit = step->limit_until != NULL;
}

void pl_load_set_limit(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    static const struct pl_key keys[] = {{"until", true, set_until}};
    struct pl_step_def *step = object;

    if (node->kind == PL_YAML_MAP) {
        pl_load_map(l, node, PL_KEYS("a limit that ends with a day", keys), step);
    } else {
        step->has_limit = pl_load_span(l, node, &step->limit);
    }
}

/* The limit that the key speaks about, or NULL, which is reported. */
static const struct pl_yaml *limit_beside(struct pl_load *l, const struct pl_step_def *step,
                                          const struct pl_yaml *node)
{
    const struct pl_yaml *limit = pl_load_key_of(l, step, "limit");

    if (limit == NULL) {
        struct pl_diag *diag =
            pl_diag_add(l->diags, pl_load_at_key(l, node), PL_DIAG_NEEDS_KEY,
                        "`%.*s` needs a `limit` beside it", (int)node->key.len, node->key.at);
        pl_diag_hint(diag, "Add `limit: ...` to the step.");
    }
    return limit;
}

/* Whether both are counted in the same unit and the first is longer. */
static bool is_longer(const struct pl_step_def *step, struct pl_span a, struct pl_span b)
{
    return step->limit_until == NULL && a.unit == b.unit && a.count > b.count;
}

void pl_load_set_statutory(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    const struct pl_yaml *limit = pl_load_key_of(l, step, "limit");

    if (step->kind == PL_KIND_TELL || step->kind == PL_KIND_DECIDE) {
        return; /* which have no limit of any kind: reported by their kind */
    }
    if (limit == NULL) {
        struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at_key(l, node), PL_DIAG_NEEDS_KEY,
                                           "`statutory` stands beside a promised `limit`");
        pl_diag_hint(diag, "Add `limit: ...`, not longer than this.");
        return;
    }
    step->has_statutory = pl_load_span(l, node, &step->statutory);
    if (step->has_statutory && step->has_limit && is_longer(step, step->limit, step->statutory)) {
        struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at(l, limit), PL_DIAG_OVER_STATUTORY,
                                           "step %s promises more time than the law allows",
                                           pl_name(step->id, &step->title).at);
        pl_diag_hint(diag, "Shorten `limit` to `%.*s` or less.", (int)node->text.len,
                     node->text.at);
        pl_diag_other(diag, pl_load_at(l, node), "the limit of the law");
    }
}

void pl_load_set_internal(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    const struct pl_yaml *limit = limit_beside(l, step, node);

    if (limit == NULL) {
        return;
    }
    step->has_internal = pl_load_span(l, node, &step->internal);
    if (step->has_internal && step->has_limit && is_longer(step, step->internal, step->limit)) {
        struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_INTERNAL_LIMIT,
                                           "the department's own limit is longer than the promise");
        pl_diag_hint(diag, "Shorten it to `%.*s` or less.", (int)limit->text.len, limit->text.at);
        pl_diag_other(diag, pl_load_at(l, limit), "the promised limit");
    }
}

void pl_load_set_late(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    const struct pl_step_def *step = object;

    if (pl_load_key_of(l, step, "limit") == NULL) {
        struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at_key(l, node), PL_DIAG_NEEDS_KEY,
                                           "`late` needs a `limit` that can run out");
        pl_diag_hint(diag, "Add `limit: ...` to the step.");
    }
}

static void set_by(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_extension *extension = object;
    (void)pl_load_id(l, node, &extension->role);
}

static void set_up_to(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_extension *extension = object;
    (void)pl_load_span(l, node, &extension->span);
}

void pl_load_set_extension(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    static const struct pl_key keys[] = {{"by", true, set_by}, {"up_to", true, set_up_to}};
    struct pl_step_def *step = object;
    struct pl_extension *extension = pl_load_alloc(l, sizeof(*extension));

    if (limit_beside(l, step, node) != NULL && extension != NULL) {
        pl_load_map(l, node, PL_KEYS("`extension`", keys), extension);
        step->extension = extension;
    }
}

static void set_stops(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    static const char *const words[] = {
#define STOP_REASON(NAME, WORD, ZH, EN) WORD,
#include "model/stop_reasons.def"
#undef STOP_REASON
    };
    const size_t word_count = sizeof(words) / sizeof(words[0]);
    struct pl_step_def *step = object;
    const struct pl_yaml *items[sizeof(words) / sizeof(words[0])];
    const unsigned count = pl_load_list(l, node, items, (unsigned)word_count);

    for (unsigned i = 0; i < count; i++) {
        unsigned word = 0;
        if (pl_load_word(l, items[i], words, word_count, &word)) {
            step->stops = (uint16_t)(step->stops | 1u << word);
        }
    }
}

void pl_load_set_clock(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    static const struct pl_key keys[] = {{"stops_during", true, set_stops}};
    struct pl_step_def *step = object;

    if (limit_beside(l, step, node) != NULL) {
        pl_load_map(l, node, PL_KEYS("`clock`", keys), step);
    }
}
