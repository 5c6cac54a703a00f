/* A document against its schema. Bounded by work and depth; no allocation. The recursion follows
 * schema and document. */
#include <string.h>

#include "value/schema_run.h"

bool pl_schema_work(struct pl_schema_run *run)
{
    if (++run->work > PL_SCHEMA_WORK_MAX) {
        pl_schema_give_up(run, PL_SAY_DEAR);
    }
    return !run->gave_up && !(run->quiet > 0 && run->failed);
}

void pl_schema_give_up(struct pl_schema_run *run, enum pl_schema_text because)
{
    run->because = run->gave_up ? run->because : because;
    run->gave_up = true;
}

/* ---- seen ---- */

void pl_schema_see(struct pl_schema_run *run, uint32_t index)
{
    if (run->seen == NULL || index < run->seen->first) {
        return;
    }
    if (index >= PL_MSGPACK_KEYS_MAX) { /* only a list is so long */
        pl_schema_give_up(run, PL_SAY_DEAR);
        return;
    }
    run->seen->bits[index / 64] |= UINT64_C(1) << (index % 64);
}

void pl_schema_see_until(struct pl_schema_run *run, uint32_t count)
{
    if (run->seen != NULL && run->seen->first < count) {
        run->seen->first = count;
    }
}

bool pl_schema_is_seen(const struct pl_schema_run *run, uint32_t index)
{
    if (run->seen == NULL || index < run->seen->first) {
        return run->seen != NULL;
    }
    return index < PL_MSGPACK_KEYS_MAX && (run->seen->bits[index / 64] >> (index % 64) & 1) != 0;
}

static void see_as(struct pl_schema_run *run, const struct pl_schema_seen *other)
{
    pl_schema_see_until(run, other->first);
    for (unsigned i = 0; run->seen != NULL && i < PL_MSGPACK_KEYS_MAX / 64; i++) {
        run->seen->bits[i] |= other->bits[i];
    }
}

/* ---- schemas ---- */

static void apply_rules(struct pl_schema_run *run, const struct pl_schema *schema,
                        struct pl_bytes value)
{
    static void (*const checkers[])(struct pl_schema_run *, const struct pl_schema *,
                                    const struct pl_schema_rule *, struct pl_bytes) = {
#define RULE(NAME, KEYWORD, VOCABULARY, SHAPE, CHECKER) [PL_RULE_##NAME] = pl_schema_##CHECKER,
#include "value/schema_rules.def"
#undef RULE
    };

    for (const struct pl_schema_rule *rule = schema->rules; rule != NULL && pl_schema_work(run);
         rule = rule->next) {
        checkers[rule->kind](run, schema, rule, value);
    }
}

/* A schema that asks has its own account of what was seen, which then counts outside too. */
static void apply_asking(struct pl_schema_run *run, const struct pl_schema *schema,
                         struct pl_bytes value)
{
    struct pl_schema_seen *const outer = run->seen;
    struct pl_schema_seen seen = {0};

    run->seen = &seen;
    apply_rules(run, schema, value);
    run->seen = outer;
    see_as(run, &seen);
}

void pl_schema_apply(struct pl_schema_run *run, const struct pl_schema *schema,
                     struct pl_bytes value)
{
    const struct pl_schema *const titled = run->titled;
    const struct pl_schema_scope *const outer = run->scope;
    const struct pl_schema_scope scope = {schema->resource, outer};

    if (run->depth == PL_SCHEMA_DEPTH_MAX) {
        pl_schema_give_up(run, PL_SAY_DEEP);
        return;
    }
    run->titled = schema->title_en.len > 0 ? schema : titled;
    run->scope = outer != NULL && outer->resource == schema->resource ? outer : &scope;
    run->depth++;
    if (schema->is_false) {
        pl_schema_say_text(run, "false", PL_SAY_FALSE, NULL, NULL);
    }
    if (schema->asks) {
        apply_asking(run, schema, value);
    } else {
        apply_rules(run, schema, value);
    }
    run->depth--;
    run->scope = outer;
    run->titled = titled;
}

static void apply_below(struct pl_schema_run *run, const struct pl_schema *schema,
                        struct pl_bytes value)
{
    struct pl_schema_seen *const seen = run->seen;

    run->seen = NULL;
    pl_schema_apply(run, schema, value);
    run->seen = seen;
}

void pl_schema_apply_at(struct pl_schema_run *run, const struct pl_schema *schema,
                        struct pl_text key, struct pl_bytes value)
{
    const uint32_t before = pl_pointer_add(&run->path, key);

    apply_below(run, schema, value);
    pl_pointer_cut(&run->path, before);
}

void pl_schema_apply_index(struct pl_schema_run *run, const struct pl_schema *schema,
                           uint32_t index, struct pl_bytes value)
{
    const uint32_t before = pl_pointer_add_index(&run->path, index);

    apply_below(run, schema, value);
    pl_pointer_cut(&run->path, before);
}

bool pl_schema_fits(struct pl_schema_run *run, const struct pl_schema *schema,
                    struct pl_bytes value)
{
    struct pl_schema_seen *const outer = run->seen;
    const bool failed = run->failed;
    struct pl_schema_seen seen;

    if (outer != NULL) {
        seen = (struct pl_schema_seen){0};
        run->seen = &seen;
    }
    run->quiet++;
    run->failed = false;
    pl_schema_apply(run, schema, value);
    const bool fits = !run->failed;
    run->failed = failed;
    run->quiet--;
    run->seen = outer;
    if (outer != NULL && fits) {
        see_as(run, &seen);
    }
    return fits;
}

bool pl_schema_fits_alone(struct pl_schema_run *run, const struct pl_schema *schema,
                          struct pl_bytes value)
{
    struct pl_schema_seen *const seen = run->seen;

    run->seen = NULL;
    const bool fits = pl_schema_fits(run, schema, value);
    run->seen = seen;
    return fits;
}

bool pl_schema_matches(struct pl_schema_run *run, const char *rule,
                       const struct pl_pattern *pattern, struct pl_text text)
{
    const enum pl_pattern_answer answer = pl_pattern_match(pattern, text);

    run->work += 1 + text.len / 16;
    if (answer == PL_PATTERN_TOO_DEAR && run->quiet > 0) {
        pl_schema_give_up(run, PL_SAY_PATTERN_DEAR);
    } else if (answer == PL_PATTERN_TOO_DEAR) {
        pl_schema_say_text(run, rule, PL_SAY_PATTERN_DEAR, NULL, NULL);
    }
    return answer == PL_PATTERN_YES;
}

uint32_t pl_schema_check(const struct pl_schema *schema, struct pl_bytes document,
                         struct pl_schema_mistake *mistakes, uint32_t mistakes_max)
{
    struct pl_schema_run run = {.mistakes = mistakes, .max = mistakes_max};

    pl_schema_apply(&run, schema, document);
    if (run.gave_up) {
        run.path = (struct pl_pointer){0};
        pl_schema_say_text(&run, "limit", run.because, NULL, NULL);
    }
    return run.count;
}
