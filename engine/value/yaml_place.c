#include "value/yaml_place.h"

static size_t char_size(const char *at, size_t left)
{
    size_t size = 1;

    while (size < left && ((unsigned char)at[size] & 0xC0) == 0x80) {
        size++;
    }
    return size;
}

size_t pl_yaml_byte_of(struct pl_yaml_places *p, size_t index)
{
    while (p->at_index > index && p->at_byte > 0) {
        do {
            p->at_byte--;
        } while (p->at_byte > 0 && ((unsigned char)p->text.at[p->at_byte] & 0xC0) == 0x80);
        p->at_index--;
    }
    while (p->at_index < index && p->at_byte < p->text.len) {
        p->at_byte += char_size(p->text.at + p->at_byte, p->text.len - p->at_byte);
        p->at_index++;
    }
    return p->at_byte;
}

/* Characters from a byte to the end of its line, without blanks at the end. */
static uint32_t line_rest(const struct pl_yaml_places *p, size_t byte)
{
    uint32_t count = 0;
    uint32_t rest = 0;

    while (byte < p->text.len && p->text.at[byte] != '\n' && p->text.at[byte] != '\r') {
        const bool blank = p->text.at[byte] == ' ' || p->text.at[byte] == '\t';
        byte += char_size(p->text.at + byte, p->text.len - byte);
        count++;
        rest = blank ? rest : count;
    }
    return rest;
}

struct pl_mark pl_yaml_mark_of(struct pl_yaml_places *p, yaml_mark_t start, yaml_mark_t end)
{
    struct pl_mark mark = {(uint32_t)start.line + 1, (uint32_t)start.column + 1, 1};

    if (end.line == start.line) {
        mark.length = (uint32_t)(end.column - start.column);
    } else {
        mark.length = line_rest(p, pl_yaml_byte_of(p, start.index));
    }
    if (mark.length == 0) {
        mark.length = 1;
    }
    return mark;
}

struct pl_mark pl_yaml_mark_of_byte(struct pl_text text, size_t byte)
{
    struct pl_mark mark = {1, 1, 1};

    for (size_t at = 0; at < byte && at < text.len; at++) {
        const unsigned char c = (unsigned char)text.at[at];
        if (c == '\n') {
            mark.line++;
            mark.column = 1;
        } else if ((c & 0xC0) != 0x80) {
            mark.column++;
        }
    }
    return mark;
}
