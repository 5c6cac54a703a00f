/* Inside of schemas: one check of one document, shared by the files that hold the rules. */
#ifndef PL_VALUE_SCHEMA_RUN_H
#define PL_VALUE_SCHEMA_RUN_H

#include "value/schema_tree.h"

enum pl_schema_text {
#define SAY(NAME, EN, ZH) PL_SAY_##NAME,
#include "value/schema_texts.def"
#undef SAY
};

/* Which fields or entries of one value some rule has looked at, for unevaluatedProperties and
 * unevaluatedItems (core, 11). Collected on the stack, and only where a schema around asks. */
struct pl_schema_seen {
    uint32_t first; /* all before this one */
    uint64_t bits[PL_MSGPACK_KEYS_MAX / 64];
};

/* The resources that have been entered, for $dynamicRef (core, 7.1). */
struct pl_schema_scope {
    const struct pl_schema_resource *resource;
    const struct pl_schema_scope *outer;
};

struct pl_schema_run {
    struct pl_schema_mistake *mistakes;
    uint32_t max;
    uint32_t count;
    uint32_t quiet; /* above 0 while alternatives are tried: a mistake sets `failed` */
    bool failed;
    uint32_t depth;
    uint64_t work;
    bool gave_up;                /* the check stopped half-way: the document is not valid then */
    enum pl_schema_text because; /* of giving up */
    struct pl_pointer path;
    const struct pl_schema *titled; /* the nearest schema around with a title */
    const struct pl_schema_scope *scope;
    struct pl_schema_seen *seen; /* of the value at the path; NULL when nobody asks */
};

/* The checker of each rule: looks at a value that stands under `rule` of `schema`. A rule about
 * another type of value says nothing. */
#define RULE(NAME, KEYWORD, VOCABULARY, SHAPE, CHECKER)                                            \
    void pl_schema_##CHECKER(struct pl_schema_run *run, const struct pl_schema *schema,            \
                             const struct pl_schema_rule *rule, struct pl_bytes value);
#include "value/schema_rules.def"
#undef RULE

/* What a text of schema_texts.def brings in: the same in both languages, or not. */
struct pl_schema_words {
    const char *en;
    const char *zh;
};

/* Whether the next mistake will be read by somebody: otherwise its words need not be made. */
static inline bool pl_schema_is_listed(const struct pl_schema_run *run)
{
    return run->quiet == 0 && run->count < run->max;
}

struct pl_schema_words pl_schema_words_of(enum pl_schema_text text);

/* Reports a mistake in the value at the path of the run. */
void pl_schema_say(struct pl_schema_run *run, const char *rule, enum pl_schema_text text,
                   struct pl_schema_words first, struct pl_schema_words second);
void pl_schema_say_text(struct pl_schema_run *run, const char *rule, enum pl_schema_text text,
                        const char *first, const char *second); /* NULL = nothing */
void pl_schema_say_count(struct pl_schema_run *run, const char *rule, enum pl_schema_text text,
                         uint64_t first, uint64_t second);

/* One unit of work; false when nothing more need be looked at: the check has been given up, or the
 * alternative that is tried has failed. */
bool pl_schema_work(struct pl_schema_run *run);

/* Gives the check up. */
void pl_schema_give_up(struct pl_schema_run *run, enum pl_schema_text because);

/* All rules of a schema, for a value at the path of the run or one step below it. */
void pl_schema_apply(struct pl_schema_run *run, const struct pl_schema *schema,
                     struct pl_bytes value);
void pl_schema_apply_at(struct pl_schema_run *run, const struct pl_schema *schema,
                        struct pl_text key, struct pl_bytes value);
void pl_schema_apply_index(struct pl_schema_run *run, const struct pl_schema *schema,
                           uint32_t index, struct pl_bytes value);

/* Whether the value at the path fits a schema; nothing is reported. What a schema that fits has
 * looked at counts as seen. */
bool pl_schema_fits(struct pl_schema_run *run, const struct pl_schema *schema,
                    struct pl_bytes value);

/* The same without counting: for a part of the value, or under `not`. */
bool pl_schema_fits_alone(struct pl_schema_run *run, const struct pl_schema *schema,
                          struct pl_bytes value);

/* Whether a text matches; one that cannot be decided is reported under `rule`. */
bool pl_schema_matches(struct pl_schema_run *run, const char *rule,
                       const struct pl_pattern *pattern, struct pl_text text);

/* ---- seen ---- */

void pl_schema_see(struct pl_schema_run *run, uint32_t index);
void pl_schema_see_until(struct pl_schema_run *run, uint32_t count);
bool pl_schema_is_seen(const struct pl_schema_run *run, uint32_t index);

static inline enum pl_value_type pl_schema_type_of(struct pl_bytes value)
{
    struct pl_reader in;

    pl_reader_init(&in, value.at, value.size);
    return pl_reader_peek(&in);
}

/* Of a number; 0 for anything else. */
static inline double pl_schema_number_of(struct pl_bytes value)
{
    struct pl_reader in;

    pl_reader_init(&in, value.at, value.size);
    return pl_reader_float(&in);
}

#endif
