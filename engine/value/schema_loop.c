/* Schemas that lead back to themselves without a step into the document: no document could ever be
 * checked against them. A form that has one is refused when it is loaded. */
#include "value/schema_build.h"

enum state { UNSEEN, OPEN, ENDS };

struct walk {
    uint8_t *states;                      /* of each schema, by its number */
    const struct pl_schema_rule *last;    /* the reference that was followed last */
    const struct pl_schema_rule *endless; /* the reference that closes a loop */
    uint32_t depth;
};

/* Keywords whose schemas look at the same value. */
static bool stays(enum pl_schema_rule_kind kind)
{
    return kind == PL_RULE_REF || kind == PL_RULE_ALL_OF || kind == PL_RULE_ANY_OF ||
           kind == PL_RULE_ONE_OF || kind == PL_RULE_NOT || kind == PL_RULE_IF ||
           kind == PL_RULE_THEN || kind == PL_RULE_ELSE || kind == PL_RULE_DEPENDENT_SCHEMAS;
}

/* The recursion is as deep as a check would be, and ends where that would be given up.
 * NOLINTNEXTLINE(misc-no-recursion) */
static void visit(struct walk *walk, const struct pl_schema *schema)
{
    const struct pl_schema_rule *const before = walk->last;
    uint8_t *state = &walk->states[schema->number];

    if (*state == OPEN || walk->depth == PL_SCHEMA_DEPTH_MAX) {
        walk->endless = walk->last;
    }
    if (*state != UNSEEN || walk->endless != NULL) {
        return;
    }
    *state = OPEN;
    walk->depth++;
    for (const struct pl_schema_rule *rule = schema->rules; rule != NULL; rule = rule->next) {
        for (uint32_t i = 0; stays(rule->kind) && i < rule->entry_count; i++) {
            walk->last = rule->kind == PL_RULE_REF ? rule : before;
            visit(walk, rule->entries[i].schema);
        }
    }
    walk->depth--;
    walk->last = before;
    *state = ENDS;
}

int pl_schema_refuse_loops(struct pl_schema_build *b)
{
    struct walk walk = {.states = pl_arena_alloc(b->arena, b->count)};

    if (walk.states == NULL) {
        return pl_schema_no_memory(b);
    }
    for (const struct pl_schema_reference *r = b->references; r != NULL; r = r->next) {
        visit(&walk, r->entry->schema);
    }
    for (const struct pl_schema_reference *r = b->references; r != NULL; r = r->next) {
        if (r->rule == walk.endless) {
            pl_schema_go_to(b, r);
            return pl_schema_refuse(b, "Refer to a schema from `properties` or `items` of another.",
                                    "a reference that leads back to itself");
        }
    }
    return PLACET_OK;
}
