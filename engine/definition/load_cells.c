/* Cells of decision tables, as CEL writes what they mean. */
#include <string.h>

#include "definition/load_step.h"

static struct pl_text after(struct pl_text text, uint32_t len)
{
    while (len < text.len && text.at[len] == ' ') {
        len++;
    }
    return (struct pl_text){text.at + len, text.len - len};
}

bool pl_cell_is_number(struct pl_text text)
{
    const struct pl_yaml node = {.kind = PL_YAML_SCALAR, .plain = true, .text = text};
    int64_t integer = 0;
    double real = 0;

    return pl_yaml_as_i64(&node, &integer) || pl_yaml_as_float(&node, &real);
}

static void put_quoted(struct pl_builder *b, struct pl_text text)
{
    pl_builder_addf(b, "\"");
    for (uint32_t i = 0; i < text.len; i++) {
        const char c = text.at[i];
        if (c == '"' || c == '\\') {
            pl_builder_addf(b, "\\");
        }
        if (c == '\n') {
            pl_builder_addf(b, "\\n");
        } else {
            pl_builder_add(b, (struct pl_text){&text.at[i], 1});
        }
    }
    pl_builder_addf(b, "\"");
}

/* A number as it is, anything else as a text. */
static void put_operand(struct pl_builder *b, struct pl_text text)
{
    if (pl_cell_is_number(text)) {
        pl_builder_add(b, text);
    } else {
        put_quoted(b, text);
    }
}

/* A scalar of YAML as CEL writes it. */
void pl_cell_put_value(struct pl_builder *b, const struct pl_yaml *cell)
{
    bool truth = false;

    if (cell->plain && (pl_yaml_as_bool(cell, &truth) || pl_cell_is_number(cell->text))) {
        pl_builder_add(b, cell->text);
    } else {
        put_quoted(b, cell->text);
    }
}

/* `5..10`: numbers or days on both sides. */
static bool split_range(struct pl_text text, struct pl_text *low_out, struct pl_text *high_out)
{
    const char *dots = memmem(text.at, text.len, "..", 2);

    if (dots == NULL || dots == text.at || dots + 2 == text.at + text.len) {
        return false;
    }
    const struct pl_text low = {text.at, (uint32_t)(dots - text.at)};
    const struct pl_text high = {dots + 2, text.len - low.len - 2};
    const bool days = low.len == 10 && high.len == 10 && low.at[4] == '-' && high.at[4] == '-';
    *low_out = low;
    *high_out = high;
    return days || (pl_cell_is_number(low) && pl_cell_is_number(high));
}

/* What one scalar asks of an input. */
void pl_cell_put_test(struct pl_builder *b, struct pl_text input, const struct pl_yaml *cell)
{
    static const char *const operators[] = {">=", "<=", "!=", ">", "<"};
    struct pl_text low = {0};
    struct pl_text high = {0};

    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
        const uint32_t len = (uint32_t)strlen(operators[i]);
        if (cell->text.len > len && memcmp(cell->text.at, operators[i], len) == 0) {
            pl_builder_addf(b, "(%.*s) %s ", (int)input.len, input.at, operators[i]);
            put_operand(b, after(cell->text, len));
            return;
        }
    }
    if (split_range(cell->text, &low, &high)) {
        pl_builder_addf(b, "(%.*s) >= ", (int)input.len, input.at);
        put_operand(b, low);
        pl_builder_addf(b, " && (%.*s) <= ", (int)input.len, input.at);
        put_operand(b, high);
        return;
    }
    pl_builder_addf(b, "(%.*s) == ", (int)input.len, input.at);
    pl_cell_put_value(b, cell);
}
