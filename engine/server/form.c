#include "server/form.h"

#include "model/limits.h"
#include "value/schema.h"

static int answer_violation(struct pl_request *r, const char *text,
                            const struct pl_schema_mistake *mistakes, uint32_t count)
{
    const uint32_t listed = count < PL_SCHEMA_MISTAKES_MAX ? count : PL_SCHEMA_MISTAKES_MAX;
    const uint32_t size = 64 + PL_SCHEMA_MISTAKE_SIZE * listed;
    struct pl_writer detail;
    uint8_t *memory = pl_arena_alloc(&r->server->arena, size);

    if (memory == NULL) {
        return pl_answer_exhausted(r);
    }
    pl_writer_init(&detail, memory, size);
    pl_write_map(&detail, 2);
    pl_write_key_u64(&detail, "count", count);
    pl_write_string(&detail, "errors");
    pl_write_array(&detail, listed);
    for (uint32_t i = 0; i < listed; i++) {
        pl_schema_mistake_write(&detail, &mistakes[i]);
    }
    return pl_answer_error(r, PLACET_CODE_SCHEMA_VIOLATION, text, 0, pl_writer_bytes(&detail));
}

bool pl_form_is_valid(struct pl_request *r, const struct pl_schema *schema,
                      struct pl_bytes document, const char *text, int *rc_out)
{
    struct pl_schema_mistake mistakes[PL_SCHEMA_MISTAKES_MAX];

    if (schema == NULL) {
        return true;
    }
    const uint32_t count = pl_schema_check(schema, document, mistakes, PL_SCHEMA_MISTAKES_MAX);
    if (count == 0) {
        return true;
    }
    *rc_out = answer_violation(r, text, mistakes, count);
    return false;
}
