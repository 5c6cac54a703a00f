/* Results as documents. Pure. */
#include "value/cel_code.h"

int pl_cel_write(struct pl_writer *out, const struct pl_cel_value *value)
{
    switch (value->type) {
    case PL_CEL_NULL:
        pl_write_nil(out);
        break;
    case PL_CEL_BOOL:
        pl_write_bool(out, value->boolean);
        break;
    case PL_CEL_INT:
        if (value->integer > PL_CEL_EXACT_MAX || value->integer < -PL_CEL_EXACT_MAX) {
            return PLACET_EINVALID;
        }
        pl_write_i64(out, value->integer);
        break;
    case PL_CEL_DOUBLE:
        if (value->real - value->real != 0) {
            return PLACET_EINVALID;
        }
        pl_write_float(out, value->real);
        break;
    case PL_CEL_STRING:
        pl_write_text(out, value->text);
        break;
    case PL_CEL_BYTES:
        pl_write_bin(out, value->value.at, value->value.size);
        break;
    case PL_CEL_LIST:
    case PL_CEL_MAP:
        pl_write_value(out, value->value);
        break;
    case PL_CEL_UINT:
    case PL_CEL_TIMESTAMP:
    case PL_CEL_DURATION:
    case PL_CEL_TYPE:
    case PL_CEL_OPTIONAL:
    case PL_CEL_DYN:
        return PLACET_EINVALID;
    }
    return pl_writer_ok(out) ? PLACET_OK : PLACET_ELIMIT;
}
