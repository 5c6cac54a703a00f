/* `$ref` within one schema: JSON Pointers (RFC 6901) behind a `#`. */
#include "value/schema_tree.h"

/* The next part of a pointer, unescaped into `part`; false when it is too long or wrong. */
static bool next_part(struct pl_text *left, char part[128], struct pl_text *part_out)
{
    uint32_t len = 0;
    uint32_t at = 1; /* after the slash */

    for (; at < left->len && left->at[at] != '/'; at++) {
        char c = left->at[at];
        if (c == '~') {
            at++;
            c = at < left->len && left->at[at] == '0'   ? '~'
                : at < left->len && left->at[at] == '1' ? '/'
                                                        : '%';
        }
        if (c == '%' || len == 127) {
            return false;
        }
        part[len++] = c;
    }
    *left = (struct pl_text){left->at + at, left->len - at};
    *part_out = (struct pl_text){part, len};
    return true;
}

static struct pl_bytes element_of(struct pl_bytes list, struct pl_text index)
{
    struct pl_reader in;
    uint32_t wanted = 0;

    for (uint32_t i = 0; i < index.len; i++) {
        if (index.at[i] < '0' || index.at[i] > '9' || wanted > 100000) {
            return (struct pl_bytes){NULL, 0};
        }
        wanted = wanted * 10 + (uint32_t)(index.at[i] - '0');
    }
    pl_reader_init(&in, list.at, list.size);
    const uint32_t count = pl_reader_array(&in);
    if (wanted >= count || index.len == 0) {
        return (struct pl_bytes){NULL, 0};
    }
    for (uint32_t i = 0; i < wanted; i++) {
        pl_reader_skip(&in);
    }
    return pl_reader_value(&in);
}

static struct pl_bytes child_of(struct pl_bytes value, struct pl_text part)
{
    struct pl_reader in;

    pl_reader_init(&in, value.at, value.size);
    switch (pl_reader_peek(&in)) {
    case PL_VALUE_ARRAY:
        return element_of(value, part);
    case PL_VALUE_MAP:
        return pl_value_get(value, part);
    case PL_VALUE_NIL:
    case PL_VALUE_BOOL:
    case PL_VALUE_INT:
    case PL_VALUE_FLOAT:
    case PL_VALUE_STR:
    case PL_VALUE_BIN:
    case PL_VALUE_BAD:
        break;
    }
    return (struct pl_bytes){NULL, 0};
}

const char *pl_schema_refer(struct pl_bytes root, struct pl_text reference,
                            struct pl_bytes *target_out)
{
    struct pl_bytes target = root;

    if (reference.len == 0 || reference.at[0] != '#') {
        return "a reference outside of the schema";
    }
    struct pl_text left = {reference.at + 1, reference.len - 1};
    while (left.len > 0) {
        char memory[128];
        struct pl_text part;
        if (left.at[0] != '/' || !next_part(&left, memory, &part)) {
            return "a reference that is no JSON Pointer";
        }
        target = child_of(target, part);
        if (target.size == 0) {
            return "a reference to nothing";
        }
    }
    *target_out = target;
    return NULL;
}
