/* The rules for lists. The recursion follows schema and document. */
#include "value/equal.h"
#include "value/schema_run.h"

/* A list that is walked entry by entry; `count` is -1 for a value of another type. */
struct list {
    struct pl_reader in;
    int64_t count;
};

static struct list list_of(struct pl_bytes value)
{
    struct list list = {.count = -1};

    pl_reader_init(&list.in, value.at, value.size);
    if (pl_reader_peek(&list.in) == PL_VALUE_ARRAY) {
        list.count = pl_reader_array(&list.in);
    }
    return list;
}

void pl_schema_check_min_items(struct pl_schema_run *run, const struct pl_schema *schema,
                               const struct pl_schema_rule *rule, struct pl_bytes value)
{
    const int64_t count = list_of(value).count;

    (void)schema;
    if (count >= 0 && (uint64_t)count < rule->count) {
        pl_schema_say_count(run, "minItems", PL_SAY_ENTRIES_MIN, rule->count, 0);
    }
}

void pl_schema_check_max_items(struct pl_schema_run *run, const struct pl_schema *schema,
                               const struct pl_schema_rule *rule, struct pl_bytes value)
{
    const int64_t count = list_of(value).count;

    (void)schema;
    if (count >= 0 && (uint64_t)count > rule->count) {
        pl_schema_say_count(run, "maxItems", PL_SAY_ENTRIES_MAX, rule->count, 0);
    }
}

void pl_schema_check_prefix_items(struct pl_schema_run *run, const struct pl_schema *schema,
                                  const struct pl_schema_rule *rule, struct pl_bytes value)
{
    struct list list = list_of(value);

    (void)schema;
    for (uint32_t i = 0; i < list.count && i < rule->entry_count && pl_schema_work(run); i++) {
        pl_schema_apply_index(run, rule->entries[i].schema, i, pl_reader_value(&list.in));
    }
    pl_schema_see_until(run, rule->entry_count);
}

/* An entry that only this rule speaks of. */
static void check_rest(struct pl_schema_run *run, const struct pl_schema_rule *rule, uint32_t index,
                       struct pl_bytes entry)
{
    const struct pl_schema *rest = rule->entries[0].schema;

    if (rest->is_false) {
        const uint32_t before = pl_pointer_add_index(&run->path, index);
        pl_schema_say_count(run, pl_schema_keyword(rule->kind), PL_SAY_TOO_MANY, index + 1, 0);
        pl_pointer_cut(&run->path, before);
    } else {
        pl_schema_apply_index(run, rest, index, entry);
    }
}

void pl_schema_check_items(struct pl_schema_run *run, const struct pl_schema *schema,
                           const struct pl_schema_rule *rule, struct pl_bytes value)
{
    const struct pl_schema_rule *prefix = pl_schema_rule_of(schema, PL_RULE_PREFIX_ITEMS);
    const uint32_t first = prefix != NULL ? prefix->entry_count : 0;
    struct list list = list_of(value);

    for (uint32_t i = 0; i < list.count && pl_schema_work(run); i++) {
        const struct pl_bytes entry = pl_reader_value(&list.in);
        if (i >= first) {
            check_rest(run, rule, i, entry);
        }
    }
    pl_schema_see_until(run, UINT32_MAX);
}

void pl_schema_check_unevaluated_items(struct pl_schema_run *run, const struct pl_schema *schema,
                                       const struct pl_schema_rule *rule, struct pl_bytes value)
{
    struct list list = list_of(value);

    (void)schema;
    for (uint32_t i = 0; i < list.count && pl_schema_work(run); i++) {
        const struct pl_bytes entry = pl_reader_value(&list.in);
        if (!pl_schema_is_seen(run, i)) {
            check_rest(run, rule, i, entry);
        }
    }
    pl_schema_see_until(run, UINT32_MAX);
}

static uint64_t count_of(const struct pl_schema *schema, enum pl_schema_rule_kind kind,
                         uint64_t otherwise)
{
    const struct pl_schema_rule *rule = pl_schema_rule_of(schema, kind);
    return rule != NULL ? rule->count : otherwise;
}

void pl_schema_check_contains(struct pl_schema_run *run, const struct pl_schema *schema,
                              const struct pl_schema_rule *rule, struct pl_bytes value)
{
    const uint64_t least = count_of(schema, PL_RULE_MIN_CONTAINS, 1);
    const uint64_t most = count_of(schema, PL_RULE_MAX_CONTAINS, UINT64_MAX);
    struct list list = list_of(value);
    uint64_t found = 0;

    for (uint32_t i = 0; i < list.count && pl_schema_work(run); i++) {
        if (pl_schema_fits_alone(run, rule->entries[0].schema, pl_reader_value(&list.in))) {
            pl_schema_see(run, i);
            found++;
        }
    }
    if (list.count >= 0 && found < least) {
        pl_schema_say_count(run, "contains", PL_SAY_CONTAINS_MIN, least, 0);
    }
    if (found > most) {
        pl_schema_say_count(run, "maxContains", PL_SAY_CONTAINS_MAX, most, 0);
    }
}

void pl_schema_check_unique_items(struct pl_schema_run *run, const struct pl_schema *schema,
                                  const struct pl_schema_rule *rule, struct pl_bytes value)
{
    struct list list = list_of(value);

    (void)schema;
    for (uint32_t i = 0; i < list.count && rule->count != 0; i++) {
        const struct pl_bytes a = pl_reader_value(&list.in);
        struct pl_reader rest = list.in;
        for (uint32_t n = i + 1; n < list.count && pl_schema_work(run); n++) {
            if (pl_value_equal_counted(a, pl_reader_value(&rest), &run->work)) {
                pl_schema_say_count(run, "uniqueItems", PL_SAY_SAME, i + 1, n + 1);
                return;
            }
        }
    }
}
