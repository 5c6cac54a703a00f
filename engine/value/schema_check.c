/* A document against its schema: every mistake, named for the person who fills the form. Bounded
 * by work and depth; no allocation. The recursion follows schema and document. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "value/equal.h"
#include "value/mistake.h"
#include "value/schema_run.h"

/* ---- mistakes ---- */

static void copy_text(char *out, size_t size, struct pl_text text)
{
    const struct pl_text cut = pl_mistake_quote(text, (uint32_t)size - 1);

    memcpy(out, cut.at, cut.len);
    out[cut.len] = '\0';
}

void pl_schema_add(struct pl_schema_run *run, const char *rule, const char *format, ...)
{
    if (run->quiet > 0) {
        run->tried++;
        return;
    }
    run->count++;
    if (run->count > run->max) {
        return;
    }
    struct pl_schema_mistake *mistake = &run->mistakes[run->count - 1];
    *mistake = (struct pl_schema_mistake){0};
    memcpy(mistake->path, run->path.at, run->path.len);
    copy_text(mistake->rule, sizeof(mistake->rule), pl_text_of(rule));
    if (run->titled != NULL) {
        copy_text(mistake->title_zh, sizeof(mistake->title_zh), run->titled->title_zh);
        copy_text(mistake->title_en, sizeof(mistake->title_en), run->titled->title_en);
    }

    char message[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    copy_text(mistake->message, sizeof(mistake->message), pl_text_of(message));
}

bool pl_schema_work(struct pl_schema_run *run)
{
    if (++run->work > PL_SCHEMA_WORK_MAX) {
        run->given_up = "the document takes too much work to check";
    }
    return run->given_up == NULL;
}

bool pl_schema_fits(struct pl_schema_run *run, const struct pl_schema *schema,
                    struct pl_bytes value)
{
    const uint32_t before = run->tried;

    run->quiet++;
    pl_schema_apply(run, schema, value);
    run->quiet--;
    const bool is_good = run->tried == before;
    run->tried = before;
    return is_good;
}

void pl_schema_apply_at(struct pl_schema_run *run, const struct pl_schema *schema,
                        struct pl_text key, struct pl_bytes value)
{
    const uint32_t before = pl_pointer_add(&run->path, key);

    pl_schema_apply(run, schema, value);
    pl_pointer_cut(&run->path, before);
}

bool pl_schema_matches(struct pl_schema_run *run, const char *rule,
                       const struct pl_pattern *pattern, struct pl_text text)
{
    const enum pl_pattern_answer answer = pl_pattern_match(pattern, text);

    run->work += 1 + text.len / 16;
    if (answer == PL_PATTERN_TOO_DEAR && run->quiet > 0) {
        run->given_up = "a text is too long for its pattern";
    } else if (answer == PL_PATTERN_TOO_DEAR) {
        pl_schema_add(run, rule, "is too long for its pattern");
    }
    return answer == PL_PATTERN_YES;
}

/* ---- any value ---- */

void pl_schema_check_ref(struct pl_schema_run *run, const struct pl_schema *schema,
                         const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)schema;
    pl_schema_apply(run, rule->entries[0].schema, value);
}

static const char *type_name(uint64_t types)
{
    static const struct {
        uint64_t types; /* all of them */
        const char *name;
    } names[] = {
        {PL_TYPE_STRING, "a text"},
        {PL_TYPE_NUMBER, "a number"},
        {PL_TYPE_INTEGER, "a whole number"},
        {PL_TYPE_BOOLEAN, "true or false"},
        {PL_TYPE_ARRAY, "a list"},
        {PL_TYPE_OBJECT, "a group of fields"},
        {PL_TYPE_NULL, "empty"},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if ((types & names[i].types) != 0) {
            return names[i].name;
        }
    }
    return "bytes";
}

void pl_schema_check_type(struct pl_schema_run *run, const struct pl_schema *schema,
                          const struct pl_schema_rule *rule, struct pl_bytes value)
{
    const uint64_t types = pl_schema_types_of(value);

    (void)schema;
    if ((types & rule->count) == 0) {
        pl_schema_add(run, "type", "must be %s, not %s", type_name(rule->count), type_name(types));
    }
}

/* A value as people write it, for messages. */
static void print_value(struct pl_builder *b, struct pl_bytes value)
{
    struct pl_text text;
    int64_t integer = 0;
    bool flag = false;

    if (pl_value_as_text(value, &text)) {
        pl_builder_addf(b, "`%.*s`", (int)text.len, text.at);
    } else if (pl_value_as_i64(value, &integer)) {
        pl_builder_addf(b, "%lld", (long long)integer);
    } else if (pl_value_as_bool(value, &flag)) {
        pl_builder_addf(b, flag ? "true" : "false");
    } else if (pl_schema_type_of(value) == PL_VALUE_FLOAT) {
        pl_builder_addf(b, "%.15g", pl_schema_number_of(value));
    } else {
        pl_builder_addf(b, pl_schema_type_of(value) == PL_VALUE_NIL ? "null" : "a list or group");
    }
}

void pl_schema_check_const(struct pl_schema_run *run, const struct pl_schema *schema,
                           const struct pl_schema_rule *rule, struct pl_bytes value)
{
    char memory[128];
    struct pl_builder b;

    (void)schema;
    if (!pl_value_equal(rule->value, value)) {
        pl_builder_init(&b, memory, sizeof(memory));
        print_value(&b, rule->value);
        pl_schema_add(run, "const", "must be %s", memory);
    }
}

void pl_schema_check_enum(struct pl_schema_run *run, const struct pl_schema *schema,
                          const struct pl_schema_rule *rule, struct pl_bytes value)
{
    struct pl_reader in;
    char memory[160];
    struct pl_builder b;

    (void)schema;
    pl_builder_init(&b, memory, sizeof(memory));
    pl_reader_init(&in, rule->value.at, rule->value.size);
    const uint32_t count = pl_reader_array(&in);
    for (uint32_t i = 0; i < count && pl_schema_work(run); i++) {
        const struct pl_bytes one = pl_reader_value(&in);
        if (pl_value_equal(one, value)) {
            return;
        }
        if (run->quiet == 0) {
            pl_builder_add(&b, i == 0 ? PL_TEXT("") : PL_TEXT(", "));
            print_value(&b, one);
        }
    }
    pl_schema_add(run, "enum", count == 1 ? "must be %s%s" : "must be one of %s%s", memory,
                  b.full ? " ..." : "");
}

/* ---- schemas together ---- */

void pl_schema_check_all_of(struct pl_schema_run *run, const struct pl_schema *schema,
                            const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)schema;
    for (uint32_t i = 0; i < rule->entry_count; i++) {
        pl_schema_apply(run, rule->entries[i].schema, value);
    }
}

void pl_schema_check_any_of(struct pl_schema_run *run, const struct pl_schema *schema,
                            const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)schema;
    for (uint32_t i = 0; i < rule->entry_count; i++) {
        if (pl_schema_fits(run, rule->entries[i].schema, value)) {
            return;
        }
    }
    pl_schema_add(run, "anyOf", "fits none of the %u forms that are allowed", rule->entry_count);
}

void pl_schema_check_one_of(struct pl_schema_run *run, const struct pl_schema *schema,
                            const struct pl_schema_rule *rule, struct pl_bytes value)
{
    uint32_t fitting = 0;

    (void)schema;
    for (uint32_t i = 0; i < rule->entry_count; i++) {
        fitting += pl_schema_fits(run, rule->entries[i].schema, value) ? 1 : 0;
    }
    if (fitting != 1) {
        pl_schema_add(run, "oneOf", "fits %u of the %u forms of which one is allowed", fitting,
                      rule->entry_count);
    }
}

void pl_schema_check_not(struct pl_schema_run *run, const struct pl_schema *schema,
                         const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)schema;
    if (pl_schema_fits(run, rule->entries[0].schema, value)) {
        pl_schema_add(run, "not", "has a form that is not allowed");
    }
}

/* ---- a schema ---- */

void pl_schema_apply(struct pl_schema_run *run, const struct pl_schema *schema,
                     struct pl_bytes value)
{
    static void (*const checkers[])(struct pl_schema_run *, const struct pl_schema *,
                                    const struct pl_schema_rule *, struct pl_bytes) = {
#define RULE(NAME, KEYWORD, SHAPE, CHECKER) [PL_RULE_##NAME] = pl_schema_##CHECKER,
#include "value/schema_rules.def"
#undef RULE
    };
    const struct pl_schema *const titled = run->titled;

    if (run->depth == PL_SCHEMA_DEPTH_MAX) {
        run->given_up = "schema and document are nested too deeply";
        return;
    }
    run->titled = schema->title_en.len > 0 ? schema : titled;
    run->depth++;
    if (schema->is_false) {
        pl_schema_add(run, "false", "is not allowed");
    }
    for (const struct pl_schema_rule *rule = schema->rules; rule != NULL && pl_schema_work(run);
         rule = rule->next) {
        checkers[rule->kind](run, schema, rule, value);
    }
    run->depth--;
    run->titled = titled;
}

uint32_t pl_schema_check(const struct pl_schema *schema, struct pl_bytes document,
                         struct pl_schema_mistake *mistakes, uint32_t mistakes_max)
{
    struct pl_schema_run run = {.mistakes = mistakes, .max = mistakes_max};

    pl_schema_apply(&run, schema, document);
    if (run.given_up != NULL) {
        run.path = (struct pl_pointer){0};
        pl_schema_add(&run, "limit", "%s", run.given_up);
    }
    return run.count;
}
