#include "model/ids.h"

#include "base/check.h"

#define PARTITION_SHIFT 56
#define SEQUENCE_MAX    ((UINT64_C(1) << PARTITION_SHIFT) - 1)
#define DIGITS_MAX      20

/* Where the text grows; the sizes in ids.h hold the longest. */
struct out {
    char *at;
    unsigned len;
};

static void put(struct out *out, char c)
{
    out->at[out->len++] = c;
}

static void put_number(struct out *out, uint64_t n)
{
    char digits[DIGITS_MAX];
    unsigned count = 0;

    do {
        digits[count++] = (char)('0' + n % 10);
        n /= 10;
    } while (n != 0);
    while (count > 0) {
        put(out, digits[--count]);
    }
}

static void put_case_id(struct out *out, struct pl_case_id id)
{
    put(out, 'C');
    put_number(out, id.v & SEQUENCE_MAX);
    if (id.v >> PARTITION_SHIFT != 0) {
        put(out, '@');
        put_number(out, id.v >> PARTITION_SHIFT);
    }
}

void pl_case_id_format(struct pl_case_id id, char out[PL_CASE_TEXT_SIZE])
{
    struct out text = {out, 0};

    put_case_id(&text, id);
    put(&text, '\0');
    PL_CHECK(text.len <= PL_CASE_TEXT_SIZE);
}

void pl_task_ref_format(struct pl_task_ref ref, char out[PL_TASK_TEXT_SIZE])
{
    const uint16_t numbers[] = {ref.step, ref.item, ref.round};
    struct out text = {out, 0};

    put_case_id(&text, ref.id);
    for (unsigned i = 0; i < 3; i++) {
        put(&text, '.');
        put_number(&text, numbers[i]);
    }
    put(&text, '\0');
    PL_CHECK(text.len <= PL_TASK_TEXT_SIZE);
}

static bool take(struct pl_text *in, char c)
{
    if (in->len == 0 || in->at[0] != c) {
        return false;
    }
    in->at++;
    in->len--;
    return true;
}

/* One spelling for each number: no sign, no leading zero. */
static bool take_number(struct pl_text *in, uint64_t max, uint64_t *n_out)
{
    uint64_t n = 0;
    unsigned count = 0;

    while (in->len > 0 && in->at[0] >= '0' && in->at[0] <= '9') {
        const uint64_t digit = (uint64_t)(in->at[0] - '0');

        if ((count == 1 && n == 0) || n > (max - digit) / 10) {
            return false;
        }
        n = n * 10 + digit;
        in->at++;
        in->len--;
        count++;
    }
    *n_out = n;
    return count > 0;
}

static bool take_case_id(struct pl_text *in, struct pl_case_id *id_out)
{
    uint64_t sequence = 0;
    uint64_t partition = 0;

    if (!take(in, 'C') || !take_number(in, SEQUENCE_MAX, &sequence) || sequence == 0) {
        return false;
    }
    if (take(in, '@') && (!take_number(in, UINT8_MAX, &partition) || partition == 0)) {
        return false;
    }
    id_out->v = partition << PARTITION_SHIFT | sequence;
    return true;
}

bool pl_case_id_parse(struct pl_text text, struct pl_case_id *id_out)
{
    struct pl_case_id id;

    if (!take_case_id(&text, &id) || text.len != 0) {
        return false;
    }
    *id_out = id;
    return true;
}

bool pl_task_ref_parse(struct pl_text text, struct pl_task_ref *ref_out)
{
    struct pl_case_id id;
    uint64_t numbers[3];

    if (!take_case_id(&text, &id)) {
        return false;
    }
    for (unsigned i = 0; i < 3; i++) {
        if (!take(&text, '.') || !take_number(&text, UINT16_MAX, &numbers[i])) {
            return false;
        }
    }
    if (text.len != 0) {
        return false;
    }
    *ref_out = (struct pl_task_ref){
        .id = id,
        .step = (uint16_t)numbers[0],
        .item = (uint16_t)numbers[1],
        .round = (uint16_t)numbers[2],
    };
    return true;
}
