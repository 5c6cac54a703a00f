/* MessagePack as JSON for people and scripts. Written by hand because jansson prints 0.1 as
 * 0.10000000000000001. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "value/json.h"
#include "value/limits.h"

/* Trees from YAML may be deeper than messages. */
#define DEPTH_MAX PL_YAML_DEPTH_MAX

/* A list or map that is open. */
struct open {
    uint32_t left;
    bool is_map;
    bool is_first;
};

struct print {
    struct pl_reader in;
    FILE *file;
    bool indent;
    struct open opened[DEPTH_MAX];
    uint32_t depth;
};

static void put(const struct print *p, const char *text)
{
    (void)fputs(text, p->file); /* looked at once, by ferror */
}

static void put_text(const struct print *p, struct pl_text text)
{
    static const char escaped[] = "\"\\\b\f\n\r\t";
    static const char letters[] = "\"\\bfnrt";

    (void)fputc('"', p->file);
    for (uint32_t i = 0; i < text.len; i++) {
        const char c = text.at[i];
        const char *special = c != '\0' ? strchr(escaped, c) : NULL;
        if (special != NULL) {
            (void)fprintf(p->file, "\\%c", letters[special - escaped]);
        } else if ((unsigned char)c < 0x20) {
            (void)fprintf(p->file, "\\u%04x", (unsigned)c);
        } else {
            (void)fputc(c, p->file);
        }
    }
    (void)fputc('"', p->file);
}

/* The shortest decimal that reads back as the same double, recognisable as one. */
static void put_real(const struct print *p, double value)
{
    char text[40];

    for (int precision = 15; precision <= 17; precision++) {
        (void)snprintf(text, sizeof(text), "%.*g", precision, value);
        if (strtod(text, NULL) == value) {
            break;
        }
    }
    char *comma = strchr(text, ','); /* the decimal point of some locales */
    if (comma != NULL) {
        *comma = '.';
    }
    put(p, text);
    if (strpbrk(text, ".e") == NULL) {
        put(p, ".0");
    }
}

static void put_bytes(const struct print *p, struct pl_bytes bytes)
{
    (void)fputc('"', p->file);
    for (uint32_t i = 0; i < bytes.size; i++) {
        (void)fprintf(p->file, "%02x", bytes.at[i]);
    }
    (void)fputc('"', p->file);
}

static void new_line(const struct print *p)
{
    if (p->indent) {
        (void)fprintf(p->file, "\n%*s", (int)p->depth * 2, "");
    }
}

/* One value, or the opening bracket of a list or map. */
static int put_value(struct print *p)
{
    const enum pl_value_type type = pl_reader_peek(&p->in);

    switch (type) {
    case PL_VALUE_NIL:
        pl_reader_nil(&p->in);
        put(p, "null");
        return PLACET_OK;
    case PL_VALUE_BOOL:
        put(p, pl_reader_bool(&p->in) ? "true" : "false");
        return PLACET_OK;
    case PL_VALUE_INT:
        (void)fprintf(p->file, "%lld", (long long)pl_reader_i64(&p->in));
        return PLACET_OK;
    case PL_VALUE_FLOAT:
        put_real(p, pl_reader_float(&p->in));
        return PLACET_OK;
    case PL_VALUE_STR:
        put_text(p, pl_reader_text(&p->in, UINT32_MAX));
        return PLACET_OK;
    case PL_VALUE_BIN:
        put_bytes(p, pl_reader_bin(&p->in, UINT32_MAX));
        return PLACET_OK;
    case PL_VALUE_ARRAY:
    case PL_VALUE_MAP:
        break;
    case PL_VALUE_BAD:
        return PLACET_EINVALID;
    }
    if (p->depth == DEPTH_MAX) {
        return PLACET_EINVALID;
    }
    const bool is_map = type == PL_VALUE_MAP;
    const uint32_t count = is_map ? pl_reader_map(&p->in) : pl_reader_array(&p->in);
    put(p, is_map ? "{" : "[");
    p->opened[p->depth++] = (struct open){.left = count, .is_map = is_map, .is_first = true};
    return PLACET_OK;
}

/* What stands between two values: brackets that close, commas, keys. */
static void put_between(struct print *p)
{
    while (p->depth > 0 && p->opened[p->depth - 1].left == 0) {
        const struct open *in = &p->opened[--p->depth];
        if (!in->is_first) {
            new_line(p);
        }
        put(p, in->is_map ? "}" : "]");
    }
    if (p->depth == 0) {
        return;
    }
    struct open *in = &p->opened[p->depth - 1];
    put(p, in->is_first ? "" : p->indent ? "," : ", ");
    new_line(p);
    in->is_first = false;
    in->left--;
    if (in->is_map) {
        put_text(p, pl_reader_text(&p->in, UINT32_MAX));
        put(p, ": ");
    }
}

int pl_json_write(struct pl_bytes value, bool indent, char **json_out)
{
    char *text = NULL;
    size_t size = 0;
    struct print p = {.file = open_memstream(&text, &size), .indent = indent};
    int rc = PLACET_OK;

    if (p.file == NULL) {
        return PLACET_ENOMEM;
    }
    pl_reader_init(&p.in, value.at, value.size);
    do {
        rc = put_value(&p);
        if (rc == PLACET_OK) {
            put_between(&p);
        }
    } while (rc == PLACET_OK && p.depth > 0);

    if (rc == PLACET_OK && !pl_reader_done(&p.in)) {
        rc = PLACET_EINVALID;
    }
    const bool failed = ferror(p.file) != 0;
    if (fclose(p.file) != 0 || failed) {
        rc = PLACET_ENOMEM;
    }
    if (rc != PLACET_OK) {
        free(text);
        return rc;
    }
    *json_out = text;
    return PLACET_OK;
}
