/* What the scalars of a YAML tree mean, by the core schema of YAML 1.2 (10.3), less the forms that
 * people write by accident: a number with a leading zero stays a text. */
#include <string.h>

#include "base/check.h"
#include "value/decimal.h"
#include "value/limits.h"
#include "value/yaml.h"

/* The largest integer that every peer reads exactly (the strict profile of the protocol). */
#define EXACT_MAX INT64_C(9007199254740991)

static bool is_one_of(const struct pl_yaml *node, const char *const *words, size_t count)
{
    if (node == NULL || node->kind != PL_YAML_SCALAR || !node->plain) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (node->text.len == strlen(words[i]) &&
            memcmp(node->text.at, words[i], node->text.len) == 0) {
            return true;
        }
    }
    return false;
}

#define IS_ONE_OF(node, words) is_one_of((node), (words), sizeof(words) / sizeof((words)[0]))

const struct pl_yaml *pl_yaml_get(const struct pl_yaml *map, const char *key)
{
    const size_t len = strlen(key);

    if (map == NULL || map->kind != PL_YAML_MAP) {
        return NULL;
    }
    for (const struct pl_yaml *child = map->first; child != NULL; child = child->next) {
        if (child->key.len == len && memcmp(child->key.at, key, len) == 0) {
            return child;
        }
    }
    return NULL;
}

bool pl_yaml_is_null(const struct pl_yaml *node)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};
    return IS_ONE_OF(node, words);
}

bool pl_yaml_as_bool(const struct pl_yaml *node, bool *out)
{
    static const char *const yes[] = {"true", "True", "TRUE"};
    static const char *const no[] = {"false", "False", "FALSE"};

    const bool is_yes = IS_ONE_OF(node, yes);
    if (!is_yes && !IS_ONE_OF(node, no)) {
        return false;
    }
    *out = is_yes;
    return true;
}

bool pl_yaml_looks_boolean_11(const struct pl_yaml *node)
{
    static const char *const words[] = {"y",  "Y",  "yes", "Yes", "YES", "n",   "N",   "no",
                                        "No", "NO", "on",  "On",  "ON",  "off", "Off", "OFF"};
    return IS_ONE_OF(node, words);
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return 99;
}

/* Digits of a base up to the end of the text, with overflow refused. */
static bool digits(const char *at, size_t len, int base, bool negative, int64_t *out)
{
    int64_t value = 0;

    if (len == 0) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        const int digit = digit_of(at[i]);
        if (digit >= base || __builtin_mul_overflow(value, (int64_t)base, &value) ||
            (negative ? __builtin_sub_overflow(value, (int64_t)digit, &value)
                      : __builtin_add_overflow(value, (int64_t)digit, &value))) {
            return false;
        }
    }
    *out = value;
    return true;
}

bool pl_yaml_as_i64(const struct pl_yaml *node, int64_t *out)
{
    if (node == NULL || node->kind != PL_YAML_SCALAR || !node->plain || node->text.len == 0) {
        return false;
    }
    const char *at = node->text.at;
    size_t len = node->text.len;

    if (len > 2 && at[0] == '0' && (at[1] == 'o' || at[1] == 'x')) {
        return digits(at + 2, len - 2, at[1] == 'o' ? 8 : 16, false, out);
    }
    const bool negative = at[0] == '-';
    if (negative || at[0] == '+') {
        at++;
        len--;
    }
    if (len > 1 && at[0] == '0') {
        return false;
    }
    return digits(at, len, 10, negative, out);
}

bool pl_yaml_as_float(const struct pl_yaml *node, double *out)
{
    if (node == NULL || node->kind != PL_YAML_SCALAR || !node->plain || node->text.len == 0) {
        return false;
    }
    const char *at = node->text.at;
    const size_t sign = at[0] == '-' || at[0] == '+' ? 1 : 0;
    const size_t whole = strspn(at + sign, "0123456789");

    if (whole > 1 && at[sign] == '0') {
        return false;
    }
    return pl_decimal_parse(node->text, out);
}

static int write_scalar(const struct pl_yaml *node, struct pl_writer *out)
{
    bool flag = false;
    int64_t integer = 0;
    double real = 0;

    if (pl_yaml_is_null(node)) {
        pl_write_nil(out);
    } else if (pl_yaml_as_bool(node, &flag)) {
        pl_write_bool(out, flag);
    } else if (pl_yaml_as_i64(node, &integer)) {
        if (integer < -EXACT_MAX || integer > EXACT_MAX) {
            return PLACET_EINVALID;
        }
        pl_write_i64(out, integer);
    } else if (pl_yaml_as_float(node, &real)) {
        pl_write_float(out, real);
    } else {
        pl_write_text(out, node->text);
    }
    return PLACET_OK;
}

/* The scalar itself, or the head of a sequence or map whose entries are still to come. */
static int write_node(const struct pl_yaml *node, struct pl_writer *out)
{
    switch (node->kind) {
    case PL_YAML_SCALAR:
        return write_scalar(node, out);
    case PL_YAML_MAP:
        pl_write_map(out, node->count);
        return PLACET_OK;
    case PL_YAML_LIST:
        pl_write_array(out, node->count);
        return PLACET_OK;
    }
    PL_UNREACHABLE();
}

int pl_yaml_write(const struct pl_yaml *node, struct pl_writer *out)
{
    const struct pl_yaml *open[PL_YAML_DEPTH_MAX + 1];
    const struct pl_yaml *at = node;
    uint32_t depth = 0;

    while (at != NULL) {
        if (depth > 0 && open[depth - 1]->kind == PL_YAML_MAP) {
            pl_write_text(out, at->key);
        }
        const int rc = write_node(at, out);
        if (rc != PLACET_OK) {
            return rc;
        }
        const struct pl_yaml *down = at->kind == PL_YAML_SCALAR ? NULL : at->first;
        if (down != NULL) {
            PL_CHECK(depth <= PL_YAML_DEPTH_MAX);
            open[depth++] = at;
            at = down;
            continue;
        }
        while (depth > 0 && at->next == NULL) {
            at = open[--depth];
        }
        at = depth > 0 ? at->next : NULL;
    }
    return pl_writer_ok(out) ? PLACET_OK : PLACET_ELIMIT;
}
