#include "wire/messages.h"

#include <string.h>

#include "base/bytes.h"

static const struct pl_kind_info kinds[] = {
#define KIND(NUMBER, NAME, ON, FROM, WHAT) {(NUMBER), #NAME, (ON), (FROM)},
#include <placet/messages.def>
#undef KIND
};

static const struct code_info {
    unsigned code;
    const char *name;
    const char *retry;
    const char *text;
} codes[] = {
#define NEVER                          "never"
#define FIX                            "fix"
#define SAME                           "same"
#define HELLO                          "hello"
#define ERROR(CODE, NAME, RETRY, TEXT) {(CODE), #NAME, RETRY, (TEXT)},
#include <placet/errors.def>
#undef ERROR
#undef NEVER
#undef FIX
#undef SAME
#undef HELLO
};

const struct pl_kind_info *pl_kind_info(unsigned number)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i].number == number) {
            return &kinds[i];
        }
    }
    return NULL;
}

static const struct code_info *code_info(unsigned code)
{
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (codes[i].code == code) {
            return &codes[i];
        }
    }
    return NULL;
}

const char *placet_kind_name(unsigned kind)
{
    const struct pl_kind_info *info = pl_kind_info(kind);
    return info == NULL ? NULL : info->name;
}

const char *placet_code_name(unsigned code)
{
    const struct code_info *info = code_info(code);
    return info == NULL ? NULL : info->name;
}

const char *placet_code_text(unsigned code)
{
    const struct code_info *info = code_info(code);
    return info == NULL ? "unknown error" : info->text;
}

const char *placet_code_retry(unsigned code)
{
    const struct code_info *info = code_info(code);
    return info == NULL ? "never" : info->retry;
}

void placet_header_write(const struct placet_header *header, uint8_t out[PLACET_HEADER_SIZE])
{
    memcpy(out, "PLC", 3);
    out[3] = PLACET_PROTOCOL_VERSION;
    pl_save_u16(out + 4, header->kind);
    pl_save_u16(out + 6, header->flags);
    pl_save_u64(out + 8, header->correlation);
}

int placet_header_read(const void *bytes, size_t size, struct placet_header *out)
{
    const uint8_t *in = bytes;

    if (size != PLACET_HEADER_SIZE || memcmp(in, "PLC", 3) != 0) {
        return PLACET_EINVALID;
    }
    const struct placet_header header = {.kind = pl_load_u16(in + 4),
                                         .flags = pl_load_u16(in + 6),
                                         .correlation = pl_load_u64(in + 8)};
    *out = header;
    return in[3] == PLACET_PROTOCOL_VERSION ? PLACET_OK : PLACET_ECONFLICT;
}

void pl_error_write(struct pl_writer *out, enum placet_code code, const char *message,
                    int64_t after_ms, struct pl_bytes detail)
{
    const struct code_info *info = code_info(code);
    const uint32_t pairs = 4u + (after_ms > 0) + (detail.size > 0);

    pl_write_map(out, pairs);
    pl_write_key_u64(out, "code", code);
    pl_write_key_string(out, "name", info->name);
    pl_write_key_string(out, "message", message == NULL ? info->text : message);
    pl_write_key_string(out, "retry", info->retry);
    if (after_ms > 0) {
        pl_write_key_u64(out, "after", (uint64_t)after_ms);
    }
    if (detail.size > 0) {
        pl_write_key_value(out, "detail", detail);
    }
}
