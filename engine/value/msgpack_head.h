/* The header of one MessagePack value, shared by the check and the reader and by nobody else: in a
 * header because both call it for each value of each message. */
#ifndef PL_VALUE_MSGPACK_HEAD_H
#define PL_VALUE_MSGPACK_HEAD_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "value/reader.h"

struct pl_msgpack_head {
    enum pl_value_type type;
    bool negative;   /* an integer below zero: `number` is its two's complement */
    uint8_t size;    /* of the header itself, 1 to 9 */
    uint64_t number; /* the integer, the bits of the float, 0 or 1 for a bool, the length of the
                        string or binary, the elements of the array, the pairs of the map */
};

/* The lead bytes 0xc0 to 0xdf: type, and bytes of the number that follows. */
static const struct pl_msgpack_lead {
    uint8_t type;
    uint8_t width;
} pl_msgpack_leads[32] = {
    {PL_VALUE_NIL, 0},   {PL_VALUE_BAD, 0},   {PL_VALUE_BOOL, 0}, {PL_VALUE_BOOL, 0},
    {PL_VALUE_BIN, 1},   {PL_VALUE_BIN, 2},   {PL_VALUE_BIN, 4},  {PL_VALUE_BAD, 0},
    {PL_VALUE_BAD, 0},   {PL_VALUE_BAD, 0},   {PL_VALUE_BAD, 0},  {PL_VALUE_FLOAT, 8},
    {PL_VALUE_INT, 1},   {PL_VALUE_INT, 2},   {PL_VALUE_INT, 4},  {PL_VALUE_INT, 8},
    {PL_VALUE_INT, 1},   {PL_VALUE_INT, 2},   {PL_VALUE_INT, 4},  {PL_VALUE_INT, 8},
    {PL_VALUE_BAD, 0},   {PL_VALUE_BAD, 0},   {PL_VALUE_BAD, 0},  {PL_VALUE_BAD, 0},
    {PL_VALUE_BAD, 0},   {PL_VALUE_STR, 1},   {PL_VALUE_STR, 2},  {PL_VALUE_STR, 4},
    {PL_VALUE_ARRAY, 2}, {PL_VALUE_ARRAY, 4}, {PL_VALUE_MAP, 2},  {PL_VALUE_MAP, 4},
};

static inline enum pl_value_type pl_msgpack_type(uint8_t lead)
{
    if (lead < 0x80 || lead >= 0xe0) {
        return PL_VALUE_INT;
    }
    if (lead >= 0xc0) {
        return (enum pl_value_type)pl_msgpack_leads[lead - 0xc0].type;
    }
    if (lead >= 0xa0) {
        return PL_VALUE_STR;
    }
    return lead >= 0x90 ? PL_VALUE_ARRAY : PL_VALUE_MAP;
}

/* The first `width` bytes (0, 1, 2, 4, 8) as a big-endian number. */
static inline uint64_t pl_msgpack_number(const uint8_t *at, unsigned width)
{
    uint16_t two;
    uint32_t four;
    uint64_t eight;

    switch (width) {
    case 1:
        return at[0];
    case 2:
        memcpy(&two, at, sizeof two);
        return be16toh(two);
    case 4:
        memcpy(&four, at, sizeof four);
        return be32toh(four);
    case 8:
        memcpy(&eight, at, sizeof eight);
        return be64toh(eight);
    default:
        return 0;
    }
}

/* The header of the value at `at`. PL_MSGPACK_TRUNCATED when it does not lie whole in the `left`
 * bytes, PL_MSGPACK_TYPE for what the profile leaves out; `head` is then not written. Whether the
 * content is there is for the caller to see. */
static inline enum pl_msgpack_fault pl_msgpack_head(const uint8_t *at, size_t left,
                                                    struct pl_msgpack_head *head)
{
    if (left == 0) {
        return PL_MSGPACK_TRUNCATED;
    }

    const uint8_t lead = at[0];
    if (lead < 0x80) {
        *head = (struct pl_msgpack_head){PL_VALUE_INT, false, 1, lead};
        return PL_MSGPACK_OK;
    }
    if (lead >= 0xe0) {
        *head = (struct pl_msgpack_head){PL_VALUE_INT, true, 1, (uint64_t)(int64_t)(int8_t)lead};
        return PL_MSGPACK_OK;
    }
    if (lead < 0xc0) {
        const unsigned bits = lead >= 0xa0 ? 0x1f : 0x0f;
        *head = (struct pl_msgpack_head){pl_msgpack_type(lead), false, 1, lead & bits};
        return PL_MSGPACK_OK;
    }

    const struct pl_msgpack_lead known = pl_msgpack_leads[lead - 0xc0];
    if (known.type == PL_VALUE_BAD) {
        return PL_MSGPACK_TYPE;
    }
    if (known.width > left - 1) {
        return PL_MSGPACK_TRUNCATED;
    }
    uint64_t number = pl_msgpack_number(at + 1, known.width);
    bool negative = false;
    if (lead == 0xc3) {
        number = 1;
    } else if (lead >= 0xd0 && lead <= 0xd3) {
        const unsigned shift = 64 - 8U * known.width;
        number = (uint64_t)((int64_t)(number << shift) >> shift);
        negative = (int64_t)number < 0;
    }
    *head = (struct pl_msgpack_head){(enum pl_value_type)known.type, negative,
                                     (uint8_t)(1 + known.width), number};
    return PL_MSGPACK_OK;
}

#endif
