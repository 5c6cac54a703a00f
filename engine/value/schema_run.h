/* Inside of schemas: one check of one document, shared by the files that hold the rules. */
#ifndef PL_VALUE_SCHEMA_RUN_H
#define PL_VALUE_SCHEMA_RUN_H

#include "value/schema_tree.h"

struct pl_schema_run {
    struct pl_schema_mistake *mistakes;
    uint32_t max;
    uint32_t count;
    uint32_t quiet; /* above 0 while alternatives are tried: mistakes are counted in `tried` */
    uint32_t tried;
    uint32_t depth;
    uint32_t work;
    const char *given_up; /* why the check stopped half-way: the document is not valid then */
    struct pl_pointer path;
    const struct pl_schema *titled; /* the nearest schema around with a title */
};

/* The checker of each rule: looks at a value that stands under `rule` of `schema`. A rule about
 * another type of value says nothing. */
#define RULE(NAME, KEYWORD, SHAPE, CHECKER)                                                        \
    void pl_schema_##CHECKER(struct pl_schema_run *run, const struct pl_schema *schema,            \
                             const struct pl_schema_rule *rule, struct pl_bytes value);
#include "value/schema_rules.def"
#undef RULE

/* Reports a mistake in the value at the path of the run. */
__attribute__((format(printf, 3, 4))) void pl_schema_add(struct pl_schema_run *run,
                                                         const char *rule, const char *format, ...);

/* One unit of work; false when the check has been given up. */
bool pl_schema_work(struct pl_schema_run *run);

/* All rules of a schema, for a value at the path of the run or one step below it. */
void pl_schema_apply(struct pl_schema_run *run, const struct pl_schema *schema,
                     struct pl_bytes value);
void pl_schema_apply_at(struct pl_schema_run *run, const struct pl_schema *schema,
                        struct pl_text key, struct pl_bytes value);

/* Whether a value fits a schema; nothing is reported. */
bool pl_schema_fits(struct pl_schema_run *run, const struct pl_schema *schema,
                    struct pl_bytes value);

/* Whether a text matches; one that cannot be decided is reported under `rule`. */
bool pl_schema_matches(struct pl_schema_run *run, const char *rule,
                       const struct pl_pattern *pattern, struct pl_text text);

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
