/* The values of literals: integers, and lists of constants as MessagePack. */
#include "base/check.h"
#include "value/cel_code.h"
#include "value/writer.h"

bool pl_cel_literal_int(struct pl_text text, bool negative, int64_t *out)
{
    const bool hex = text.len > 2 && text.at[1] == 'x';
    const uint64_t base = hex ? 16 : 10;
    uint64_t value = 0;

    for (uint32_t i = hex ? 2 : 0; i < text.len; i++) {
        const char c = text.at[i];
        const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
        if (__builtin_mul_overflow(value, base, &value) ||
            __builtin_add_overflow(value, (uint64_t)digit, &value)) {
            return false;
        }
    }
    if (value > (uint64_t)INT64_MAX + (negative ? 1 : 0)) {
        return false;
    }
    *out = negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

static void write_constant(struct pl_writer *out, const struct pl_cel_value *value)
{
    switch (value->type) {
    case PL_CEL_BOOL:
        pl_write_bool(out, value->boolean);
        break;
    case PL_CEL_INT:
        pl_write_i64(out, value->integer);
        break;
    case PL_CEL_DOUBLE:
        pl_write_float(out, value->real);
        break;
    case PL_CEL_STRING:
        pl_write_text(out, value->text);
        break;
    case PL_CEL_LIST:
        pl_write_value(out, value->value);
        break;
    case PL_CEL_NULL:
        pl_write_nil(out);
        break;
    case PL_CEL_UINT:
    case PL_CEL_BYTES:
    case PL_CEL_MAP:
    case PL_CEL_TIMESTAMP:
    case PL_CEL_DURATION:
    case PL_CEL_TYPE:
    case PL_CEL_OPTIONAL:
    case PL_CEL_DYN:
        PL_UNREACHABLE();
    }
}

/* At most nine bytes and the text or list itself. */
static size_t size_of(const struct pl_cel_value *value)
{
    return 9 + (value->type == PL_CEL_STRING ? value->text.len : 0) +
           (value->type == PL_CEL_LIST ? value->value.size : 0);
}

bool pl_cel_literal_list(const struct pl_cel_step *steps, uint32_t count, struct pl_arena *arena,
                         struct pl_cel_value *value_out)
{
    struct pl_writer out;
    size_t size = 5;

    for (uint32_t i = 0; i < count; i++) {
        size += size_of(&steps[i].value);
    }
    void *memory = pl_arena_alloc(arena, size);
    if (memory == NULL) {
        return false;
    }
    pl_writer_init(&out, memory, size);
    pl_write_array(&out, count);
    for (uint32_t i = 0; i < count; i++) {
        write_constant(&out, &steps[i].value);
    }
    PL_CHECK(pl_writer_ok(&out));
    *value_out = (struct pl_cel_value){.type = PL_CEL_LIST, .value = pl_writer_bytes(&out)};
    return true;
}
